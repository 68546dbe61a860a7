"""Two databases of a route: statements and questions in plain SQL, and what a validator needs to log in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from checks.facts import TableName
from checks.route import Engine
from migrate.clock import SystemClock
from migrate.engines.mysql.database import MySqlDatabase
from migrate.engines.postgres.database import PostgresDatabase
from migrate.events import silent
from migrate.model.database import Address, Credentials, Side
from migrate.model.validation import ValidationReport
from migrate.ports.database import Database
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.validate import validate
from tests.detection.kinds import Route

AnyServer = PostgresServer | MySqlServer
NAME = "compared"
SIDES = (Side.SOURCE, Side.TARGET)


@contextmanager
def servers(
    route: Route, home: Path, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[AnyServer, AnyServer]]:
    """A server for each side of the route, source first, with these parameters beside its own."""
    with ExitStack() as stack:
        made: list[AnyServer] = []
        for side in SIDES:
            server: AnyServer
            if route.postgres:
                server = PostgresServer(home / side, settings=settings)
            else:
                flavor = Flavor.MARIADB if route is Route.MARIADB and side is Side.SOURCE else Flavor.MYSQL
                server = MySqlServer(home / side, flavor=flavor, settings=settings)
            stack.enter_context(server)
            server.create_master("mig_admin", "only for tests")
            made.append(server)
        yield made[0], made[1]


@dataclass
class Stage:
    """An empty database on each of two servers, dropped at the end."""

    route: Route
    servers: tuple[AnyServer, AnyServer]
    _open: list[Any] = field(default_factory=list)

    def __enter__(self) -> Stage:
        for server in self.servers:
            server.create_database(NAME, server.master_user)
        self.connect()
        return self

    def connect(self) -> None:
        """Open sessions of this stage's own, as any client does; those before are closed."""
        for connection in self._open:
            connection.close()
        self._open = [server.connect(NAME, server.master_user, server.master_password) for server in self.servers]
        if not self.route.postgres:
            for side in SIDES:
                self.run(side, "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'")  # zero dates are data, too

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection, server in zip(self._open, self.servers, strict=True):
            connection.close()
            server.drop_database(NAME)

    # --- plain SQL ---------------------------------------------------------------------------------------------------

    def run(self, side: Side, *statements: str) -> None:
        with self._open[SIDES.index(side)].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def ask(self, side: Side, question: str) -> list[tuple[Any, ...]]:
        with self._open[SIDES.index(side)].cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What runs on either side in the block is committed at its end."""
        for side in SIDES:
            self.run(side, "BEGIN")
        yield
        for side in SIDES:
            self.run(side, "COMMIT")

    def schema(self) -> str:
        return "public" if self.route.postgres else NAME

    def versions(self) -> str:
        return (
            f"{self.servers[0].engine} {self.servers[0].version} → {self.servers[1].engine} {self.servers[1].version}"
        )

    # --- the validator -----------------------------------------------------------------------------------------------

    def validated(self, tables: Sequence[str], rows_per_chunk: int) -> ValidationReport:
        """What the toolkit says of these tables, asked within this process."""
        source, target = (self.database(side) for side in SIDES)
        try:
            return validate(
                source,
                target,
                [TableName(self.schema(), table) for table in tables],
                settle=lambda: None,
                emit=silent,
                clock=SystemClock(),
                options=CompareOptions(rows_per_chunk=rows_per_chunk, workers=2, most_differences=10_000),
            )
        finally:
            source.close()
            target.close()

    def database(self, side: Side) -> Database:
        """The side as the toolkit sees it; close it when done."""
        server = self.servers[SIDES.index(side)]
        address = Address(Engine(server.engine), server.host, server.port, NAME, ca_file=str(server.ca_file))
        credentials = Credentials(server.master_user, server.master_password)
        if self.route.postgres:
            return PostgresDatabase(address, credentials, side)
        return MySqlDatabase(address, credentials, side)

    def command(self) -> subprocess.CompletedProcess[str]:
        """What the command line says of every table."""
        command, environment = self.asked()
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def asked(self, *more: str) -> tuple[list[str], dict[str, str]]:
        """The command line that compares both databases, and the environment it needs."""
        urls, passwords = {}, {}
        for side, server in zip(SIDES, self.servers, strict=True):
            scheme = "postgresql" if self.route.postgres else server.engine
            where = f"{server.master_user}@{server.host}:{server.port}/{NAME}"
            urls[side] = f"{scheme}://{where}?sslmode=verify-full&sslrootcert={quote(str(server.ca_file))}"
            passwords[f"AURORA_MIGRATE_{side.upper()}_PASSWORD"] = server.master_password
        sides = ["--source", urls[Side.SOURCE], "--target", urls[Side.TARGET]]
        command = [sys.executable, "-m", "migrate", "validate", *sides, "--format", "json", *more]
        return command, {**os.environ, **passwords}
