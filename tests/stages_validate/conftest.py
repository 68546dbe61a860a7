"""Two real servers with the same tables, seen through the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from checks.facts import TableName
from checks.route import Engine
from migrate.clock import SystemClock
from migrate.engines.mysql.database import MySqlDatabase
from migrate.engines.postgres.database import PostgresDatabase
from migrate.events import Event
from migrate.model.database import Address, Credentials, Side
from migrate.model.validation import Key, ValidationReport
from migrate.ports.database import Database
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.stages.validate.delta import prove_delta
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.validate import validate

Server = tuple[PostgresServer | MySqlServer, str]


class Talking:
    """A connection to MySQL that is spoken to as one to PostgreSQL is."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __enter__(self) -> Talking:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        cursor = self._connection.cursor()
        cursor.execute(statement, parameters or None)
        return cursor

    def close(self) -> None:
        self._connection.close()


@dataclass
class TwoSides:
    """A source and a target; `on` runs SQL on one of them, `compare` validates."""

    source: Database
    target: Database
    places: dict[str, Server]
    events: list[Event]
    schema: str = "public"

    def connect(self, side: str) -> Any:
        server, name = self.places[side]
        connection = server.connect(name, server.master_user, server.master_password)
        return connection if isinstance(server, PostgresServer) else Talking(connection)

    def on(self, side: str, *statements: str) -> None:
        for place in ("source", "target") if side == "both" else (side,):
            with self.connect(place) as connection:
                for statement in statements:
                    connection.execute(statement)

    def compare(self, *tables: str, **changes: Any) -> ValidationReport:
        fields = CompareOptions.__dataclass_fields__
        options = CompareOptions(
            **{"rows_per_chunk": 500, "workers": 2} | {name: changes.pop(name) for name in fields if name in changes}
        )
        given: dict[str, Any] = {"settle": lambda: None, "clock": SystemClock(), "options": options} | changes
        names = [TableName(self.schema, name) for name in tables]
        return validate(self.source, self.target, names, emit=self.events.append, **given)

    def prove(self, touched: dict[str, set[Key] | None]) -> ValidationReport:
        named = {TableName(self.schema, name): keys for name, keys in touched.items()}
        return prove_delta(self.source, self.target, named, emit=self.events.append, clock=SystemClock(), workers=2)


@pytest.fixture
def two_sides(
    postgres_pair: tuple[PostgresServer, PostgresServer], fresh_database: Callable[[PostgresServer], str]
) -> Iterator[TwoSides]:
    def open_side(server: PostgresServer, side: Side) -> tuple[PostgresDatabase, Server]:
        name = fresh_database(server)
        address = Address(Engine.POSTGRES, server.host, server.port, name, ca_file=str(server.ca_file))
        credentials = Credentials(server.master_user, server.master_password)
        return PostgresDatabase(address, credentials, side), (server, name)

    source, here = open_side(postgres_pair[0], Side.SOURCE)
    target, there = open_side(postgres_pair[1], Side.TARGET)
    yield TwoSides(source, target, {"source": here, "target": there}, [])
    source.close()
    target.close()


@pytest.fixture(params=["mysql", "mariadb"])
def mysql_sides(
    request: pytest.FixtureRequest, fresh_mysql_database: Callable[[MySqlServer], str]
) -> Iterator[TwoSides]:
    """MySQL, and MariaDB, before a MySQL of the same database's name."""
    source, target = request.getfixturevalue("mysql_pair")
    if request.param == "mariadb":
        source = request.getfixturevalue("mariadb_server")
    name = fresh_mysql_database(source)
    target.create_database(name, target.master_user)

    def open_side(server: MySqlServer, side: Side) -> MySqlDatabase:
        address = Address(Engine(server.engine), server.host, server.port, name, ca_file=str(server.ca_file))
        return MySqlDatabase(address, Credentials(server.master_user, server.master_password), side)

    here, there = open_side(source, Side.SOURCE), open_side(target, Side.TARGET)
    yield TwoSides(here, there, {"source": (source, name), "target": (target, name)}, [], schema=name)
    here.close()
    there.close()
    target.drop_database(name)
