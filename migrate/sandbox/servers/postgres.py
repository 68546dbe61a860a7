"""A real PostgreSQL server of its own: TLS, loopback, random superuser password, always stopped.

Superuser belongs to the sandbox alone. The toolkit connects as the master, who has what RDS gives and no more.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.rows import TupleRow

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers import binaries
from migrate.sandbox.servers.account import server_account
from migrate.sandbox.servers.datadir import DataDirectory
from migrate.sandbox.servers.process import KeptProcess
from migrate.sandbox.servers.quoting import identifier, literal

START_SECONDS = 60.0
OTHER_PORTS = 5
"""How often another free port is tried when somebody took the first one before the server did."""


class PostgresServer:
    """One server. `start` and `stop` may alternate; the port and the data stay until `remove`.

    `settings` are server parameters for the next start. `require_tls` refuses plain connections, as rds.force_ssl=1.
    """

    host = "127.0.0.1"
    superuser = "sandbox_superuser"

    def __init__(
        self,
        home: Path,
        *,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        tls: bool = True,
        require_tls: bool = False,
    ) -> None:
        self.home = home
        self.settings: dict[str, str] = dict(settings or {})
        self.require_tls = require_tls
        self.superuser_password = secrets.token_urlsafe(24)
        self.master_user = ""
        self.master_password = ""
        self._tls = tls
        self._wanted_port, self._port = port, port
        self._data: DataDirectory | None = None
        self._process: KeptProcess | None = None
        self.binaries = binaries.Binaries("", 0, Path(), Path())

    def __repr__(self) -> str:
        return f"PostgresServer({str(self.home)!r}, port={self._port})"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.remove()

    @property
    def port(self) -> int:
        """The TCP port; 0 until the first start when none was named."""
        return self._port

    @property
    def ca_file(self) -> Path:
        """PEM of the authority that signed the server's certificate (127.0.0.1, localhost)."""
        return self.home / "ca.pem"

    @property
    def log_file(self) -> Path:
        return self.home / "server.log"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.running() else None

    def start(self) -> None:
        """Start, making the data directory first if there is none yet; returns when connections are taken.

        Raises SandboxError: no programs, port taken, or the server's own last words.
        """
        if self.pid is not None:
            return
        if self._data is None:
            account = server_account()
            self.binaries = binaries.find(account)
            self._data = DataDirectory(self.home, account, self.binaries)
            self._account = account
            self._data.create(self.superuser, self.superuser_password, tls=self._tls)
        for attempt in range(OTHER_PORTS):
            if self._port == 0:
                self._port = _free_port()
            try:
                self._start(self._data)
                return
            except _PortTakenError:
                if self._wanted_port or attempt == OTHER_PORTS - 1:
                    raise
                self._port = 0

    def _start(self, data: DataDirectory) -> None:
        data.configure(port=self._port, settings=self.settings, tls=self._tls, require_tls=self.require_tls)
        deadline = time.monotonic() + START_SECONDS
        while True:
            said_before = self.log_file.stat().st_size if self.log_file.exists() else 0
            command: list[str | Path] = [self.binaries.server_bin / "postgres", "-D", data.path]
            self._process = KeptProcess(command, account=self._account, log=self.log_file, abandoned=data.apart)
            while self._process.running() and time.monotonic() < deadline:
                if data.ready(self._process.pid):
                    return
                time.sleep(0.01)
            self._process.stop()
            words = self.log_file.read_bytes()[said_before:].decode(errors="replace")
            # After a kill the last children need a moment to notice; only then their memory is free again.
            if "shared memory block" in words and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            if "Address already in use" in words:
                raise _PortTakenError(f"port {self._port} is taken", hint="name another one, or 0 for any free port")
            last = " / ".join(line for line in words.strip().splitlines()[-3:])
            raise SandboxError(f"the PostgreSQL server did not start: {last}", hint=f"see {self.log_file}")

    def stop(self) -> None:
        """Stop fast: sessions are ended, nothing committed is lost. Calling it again does nothing."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """SIGKILL the postmaster, as a crash of the machine would. `start` then recovers."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def remove(self) -> None:
        """Delete the stopped server's data."""
        if self._data is not None:
            self._data.remove()
            self._data = None

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

    def create_database(self, name: str, owner: str) -> None:
        """A new database. Raises psycopg.Error, as when it exists."""
        self.execute(f"CREATE DATABASE {identifier(name)} OWNER {identifier(owner)}")

    def drop_database(self, name: str) -> None:
        """Drop a database with its sessions and replication slots; a missing one is no error."""
        with self.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots"
                " WHERE database = %s AND active_pid IS NOT NULL",
                [name],
            )
            connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = %s", [name]
            )
            connection.execute(f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)")


class _PortTakenError(SandboxError):
    """Somebody listens on the port already."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((PostgresServer.host, 0))
        return int(probe.getsockname()[1])
