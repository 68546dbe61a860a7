"""A real PostgreSQL server of its own: TLS, loopback, random superuser password, always stopped."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from psycopg.rows import TupleRow

from migrate.sandbox.servers import binaries
from migrate.sandbox.servers.account import Account
from migrate.sandbox.servers.basebackup import basebackup
from migrate.sandbox.servers.datadir import DataDirectory
from migrate.sandbox.servers.kept_data import KeptData
from migrate.sandbox.servers.process import StopSignals
from migrate.sandbox.servers.quoting import identifier, literal
from migrate.sandbox.servers.server import Server


class PostgresServer(Server):
    """PostgreSQL. `require_tls` is rds.force_ssl=1."""

    superuser = "sandbox_superuser"
    stop_signals = StopSignals(fast=signal.SIGINT, immediate=signal.SIGQUIT)
    oldest_major: ClassVar[int] = 14
    """A rehearsal needs what PostgreSQL 14 has."""

    def __init__(
        self,
        home: Path,
        *,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        tls: bool = True,
        require_tls: bool = False,
    ) -> None:
        super().__init__(home, port=port, settings=settings, tls=tls, require_tls=require_tls)
        self.binaries = binaries.Binaries("", 0, Path(), Path())
        self._data: DataDirectory | None = None

    @property
    def engine(self) -> str:
        return "postgres"

    @property
    def version(self) -> str:
        return self.binaries.version

    def _create(self, account: Account) -> None:
        self.binaries = binaries.find(account, self.oldest_major)
        self._data = DataDirectory(self.home, account, self.binaries)
        self._data.create(self.superuser, self.superuser_password, tls=self._tls)

    def _copy(self, account: Account, origin: Server) -> None:
        assert isinstance(origin, PostgresServer)
        self.binaries, self.superuser_password = origin.binaries, origin.superuser_password
        self._data = DataDirectory(self.home, account, self.binaries)
        self._data.copy(
            origin.port, origin.superuser, origin.superuser_password, origin.ca_file if origin._tls else None
        )
        if self._tls:
            self._data.certify()

    def _adopt(self, account: Account, kept: KeptData) -> None:
        self.binaries = binaries.find(account, self.oldest_major)
        self.superuser_password = kept.superuser_password
        self._data = DataDirectory(self.home, account, self.binaries)
        self._data.adopt(kept.path)
        if self._tls:
            self._data.certify()

    def _copy_out(self, into: Path) -> None:
        basebackup(
            self.binaries.client_bin,
            into,
            port=self._port,
            superuser=self.superuser,
            password=self.superuser_password,
            ca_file=self.ca_file if self._tls else None,
        )

    @property
    def _files(self) -> Path:
        return self._directory.path

    def _settle(self) -> None:
        """Nothing is left of the copying."""

    def _delete(self) -> None:
        if self._data is not None:
            self._data.remove()
            self._data = None

    @property
    def _directory(self) -> DataDirectory:
        assert self._data is not None
        return self._data

    def _configure(self) -> None:
        self._directory.configure(port=self._port, settings=self.settings, tls=self._tls, require_tls=self.require_tls)

    def _command(self) -> Sequence[str | Path]:
        return [self.binaries.server_bin / "postgres", "-D", self._directory.path]

    def _abandoned(self) -> Path | None:
        return self._directory.apart

    def _ready(self, pid: int, said_before: int) -> bool:
        return self._directory.ready(pid)

    def _passes(self, words: str) -> bool:
        # After a kill the last children need a moment to notice; only then their memory is free again.
        return "shared memory block" in words

    def connect(
        self, database: str = "postgres", user: str | None = None, password: str | None = None, **options: Any
    ) -> psycopg.Connection[TupleRow]:
        """A connection, verify-full where the server has TLS, autocommit; as the superuser unless `user` is given.

        `options` are further libpq parameters, or `autocommit=False`. Raises psycopg.OperationalError.
        """
        return psycopg.connect(
            **{
                "host": self.host,
                "port": self._port,
                "dbname": database,
                "user": user if user is not None else self.superuser,
                "password": password if user is not None else self.superuser_password,
                "autocommit": True,
                "connect_timeout": 10,
                **({"sslmode": "verify-full", "sslrootcert": str(self.ca_file)} if self._tls else {}),
                **options,
            }
        )

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser. Names in them must come from `quoting`."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def create_master(self, user: str, password: str) -> None:
        """A login like the one RDS hands out: no superuser, but it may make roles and databases and read every monitor.

        Source: RDS's rds_superuser; membership is granted with admin option as there.
        """
        role = identifier(user)
        statements = [
            f"CREATE ROLE {role} LOGIN NOSUPERUSER CREATEDB CREATEROLE REPLICATION PASSWORD {literal(password)}",
            f"GRANT pg_monitor, pg_signal_backend TO {role} WITH ADMIN OPTION",
        ]
        if self.binaries.major >= 15:
            statements.append(f"GRANT SET ON PARAMETER session_replication_role TO {role} WITH GRANT OPTION")
        self.execute(*statements)
        self.master_user, self.master_password = user, password

    def change_master_password(self, password: str) -> None:
        """Give the master another password; sessions go on."""
        self.execute(f"ALTER ROLE {identifier(self.master_user)} PASSWORD {literal(password)}")
        self.master_password = password

    def create_database(self, name: str, owner: str) -> None:
        """A new database. Raises psycopg.Error, as when it exists."""
        self.execute(f"CREATE DATABASE {identifier(name)} OWNER {identifier(owner)}")

    def drop_database(self, name: str) -> None:
        """Drop a database with its sessions and replication slots; a missing one is no error."""
        waiting, force = self.binaries.major >= 14, self.binaries.major >= 13
        with self.connect() as connection:
            connection.execute(
                f"SELECT pg_terminate_backend(active_pid{', 5000' if waiting else ''}) FROM pg_replication_slots"
                " WHERE database = %s AND active_pid IS NOT NULL",
                [name],
            )
            connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = %s", [name]
            )
            if not force:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            connection.execute(f"DROP DATABASE IF EXISTS {identifier(name)}{' WITH (FORCE)' if force else ''}")
