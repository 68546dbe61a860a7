"""A real MySQL or MariaDB server of its own: TLS, loopback, no socket file, random passwords, always stopped."""

from __future__ import annotations

import secrets
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pymysql
from pymysql.cursors import Cursor

from migrate.sandbox.servers.account import Account
from migrate.sandbox.servers.kept_data import KeptData
from migrate.sandbox.servers.mysql_binaries import Flavor, MySqlBinaries, find
from migrate.sandbox.servers.mysql_clone import clone, forget
from migrate.sandbox.servers.mysql_datadir import MySqlDataDirectory, last_words
from migrate.sandbox.servers.mysql_master import grant_master, make_procedures
from migrate.sandbox.servers.mysql_quoting import identifier
from migrate.sandbox.servers.mysql_sessions import connected
from migrate.sandbox.servers.process import StopSignals
from migrate.sandbox.servers.server import Server

DEFAULTS: Mapping[str, str] = {
    "log_bin": "mysql-bin-changelog",
    "binlog_format": "ROW",
    "binlog_row_image": "FULL",
    "sync_binlog": "0",
    "innodb_flush_log_at_trx_commit": "2",
    "innodb_buffer_pool_size": "128M",
    "max_connections": "200",
    "character_set_server": "utf8mb4",
    "default_time_zone": "+00:00",
    "local_infile": "ON",
    "log_bin_trust_function_creators": "ON",
}
"""As on RDS: the log's name, row format, UTC. A commit is handed to the operating system, not to the disk: it outlives
the server's crash, not the machine's. Owners of triggers are no superusers, hence log_bin_trust_function_creators."""

MYSQL_DEFAULTS: Mapping[str, str] = {"gtid_mode": "ON", "enforce_gtid_consistency": "ON"}
NO_SUCH_SESSION = 1094
NATIVE_FOREIGN_KEYS = (9, 6)
"""From here on MySQL logs the rows a cascade changed, unless asked not to; older ones and Aurora do not."""


class MySqlServer(Server):
    """MySQL or MariaDB. `require_tls` is require_secure_transport. Its log is on, in row format, with a random id."""

    superuser = "rdsadmin"
    stop_signals = StopSignals(fast=signal.SIGTERM, immediate=signal.SIGKILL)

    def __init__(
        self,
        home: Path,
        *,
        flavor: Flavor = Flavor.MYSQL,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        tls: bool = True,
        require_tls: bool = False,
    ) -> None:
        super().__init__(home, port=port, settings=settings, tls=tls, require_tls=require_tls)
        self.flavor = flavor
        self.server_id = secrets.randbelow(2**31) + 1
        self.binaries = MySqlBinaries(flavor, "", (), Path(), None)
        self._data: MySqlDataDirectory | None = None

    @property
    def engine(self) -> str:
        return self.flavor.value

    @property
    def version(self) -> str:
        return self.binaries.version

    def _create(self, account: Account) -> None:
        self.binaries = find(self.flavor, account)
        self._data = MySqlDataDirectory(self.home, account, self.binaries)
        self._data.create(
            self.superuser,
            self.superuser_password,
            tls=self._tls,
            lower_case_table_names=self.settings.get("lower_case_table_names", "0"),
        )

    def _copy(self, account: Account, origin: Server) -> None:
        assert isinstance(origin, MySqlServer)
        self.binaries, self.superuser_password = origin.binaries, origin.superuser_password
        self._data = MySqlDataDirectory(self.home, account, self.binaries)
        self._data.prepare()
        with origin.connect() as connection, connection.cursor() as cursor:
            clone(cursor, self._data.path)
        if self._tls:
            self._data.certify()

    def _adopt(self, account: Account, kept: KeptData) -> None:
        self.binaries, self.superuser_password = find(self.flavor, account), kept.superuser_password
        self._data = MySqlDataDirectory(self.home, account, self.binaries)
        self._data.prepare()
        self._data.adopt(kept.path)
        if self._tls:
            self._data.certify()

    def _copy_out(self, into: Path) -> None:
        # The server writes it itself, so where it may; then it is moved to where only the sandbox may read.
        with tempfile.TemporaryDirectory(dir=self._directory.path.parent) as found:
            self._account.owns(Path(found))
            with self.connect() as connection, connection.cursor() as cursor:
                clone(cursor, Path(found) / "data")
            shutil.move(Path(found) / "data", into)

    @property
    def _files(self) -> Path:
        return self._directory.path

    def _settle(self) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            forget(cursor)

    def _delete(self) -> None:
        if self._data is not None:
            self._data.remove()
            self._data = None

    @property
    def _directory(self) -> MySqlDataDirectory:
        assert self._data is not None
        return self._data

    def _configure(self) -> None:
        values = {**DEFAULTS, "server_id": str(self.server_id)}
        if self.flavor is Flavor.MYSQL:
            values |= MYSQL_DEFAULTS
            if self.binaries.number >= NATIVE_FOREIGN_KEYS:
                values["innodb_native_foreign_keys"] = "ON"
        self._directory.configure(
            {**values, **self.settings}, port=self._port, tls=self._tls, require_tls=self.require_tls
        )

    def _command(self) -> Sequence[str | Path]:
        return [*self.binaries.command, f"--defaults-file={self._directory.configuration}"]

    def _abandoned(self) -> Path | None:
        return self._directory.apart

    def _ready(self, pid: int, said_before: int) -> bool:
        return "ready for connections" in self._said(said_before)

    def _last_words(self, words: str) -> str:
        return last_words(words)

    def connect(
        self, database: str | None = None, user: str | None = None, password: str | None = None, **options: Any
    ) -> pymysql.Connection[Cursor]:
        """A connection, certificate and name verified where the server has TLS, autocommit, utf8mb4; as the superuser
        unless `user` is given.

        `options` are PyMySQL's, as `autocommit=False` or `ssl_disabled=True`. Raises pymysql.MySQLError.
        """
        return pymysql.connect(
            **{
                "host": self.host,
                "port": self._port,
                "database": database,
                "user": user if user is not None else self.superuser,
                "password": (password or "") if user is not None else self.superuser_password,
                "autocommit": True,
                "charset": "utf8mb4",
                "connect_timeout": 10,
                **(
                    {"ssl_ca": str(self.ca_file), "ssl_verify_cert": True, "ssl_verify_identity": True}
                    if self._tls
                    else {}
                ),
                **options,
            }
        )

    def execute(self, *statements: str, database: str | None = None) -> None:
        """Run statements as the superuser. Names in them must come from `mysql_quoting`."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def create_master(self, user: str, password: str) -> None:
        """A login from everywhere like the one RDS hands out: every privilege but those RDS keeps to itself."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", [user, password])
            grant_master(cursor, self.flavor, user)
            make_procedures(cursor, self.flavor)
        self.master_user, self.master_password = user, password

    def change_master_password(self, password: str) -> None:
        """Give the master another password; sessions go on."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", [self.master_user, password])
        self.master_password = password

    def create_database(self, name: str, owner: str) -> None:
        """A new database with every privilege on it for `owner`@`%`, who may pass them on.

        The name is granted as everybody writes it, so an underscore in it stands for any letter.
        Raises pymysql.MySQLError, as when it exists.
        """
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {identifier(name)}")
            cursor.execute(f"GRANT ALL ON {identifier(name)}.* TO %s@'%%' WITH GRANT OPTION", [owner])

    def drop_database(self, name: str) -> None:
        """Drop a database, the sessions in it and the privileges on it; a missing one is no error."""
        with self.connect() as connection, connection.cursor() as cursor:
            for session in [one for one in connected(cursor, self.flavor) if one.database == name]:
                try:
                    cursor.execute(f"KILL {session.number:d}")
                except pymysql.MySQLError as error:
                    if error.args[0] != NO_SUCH_SESSION:
                        raise
            cursor.execute(f"DROP DATABASE IF EXISTS {identifier(name)}")
            cursor.execute("SELECT User, Host, Grant_priv FROM mysql.db WHERE Db = %s", [name])
            for user, host, passes_on in cursor.fetchall():
                # In this order: the last privilege takes the entry with it, and then there is nothing to revoke from.
                if passes_on == "Y":
                    cursor.execute(f"REVOKE GRANT OPTION ON {identifier(name)}.* FROM %s@%s", [user, host])
                cursor.execute(f"REVOKE ALL ON {identifier(name)}.* FROM %s@%s", [user, host])
