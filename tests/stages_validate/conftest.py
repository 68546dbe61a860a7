"""Two real servers with the same tables, seen through the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from checks.facts import TableName
from checks.route import Engine
from migrate.clock import SystemClock
from migrate.engines.postgres.database import PostgresDatabase
from migrate.events import Event
from migrate.model.database import Address, Credentials, Side
from migrate.model.validation import Key, ValidationReport
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.stages.validate.delta import prove_delta
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.validate import validate

Server = tuple[PostgresServer, str]


@dataclass
class TwoSides:
    """A source and a target; `on` runs SQL on one of them, `compare` validates."""

    source: PostgresDatabase
    target: PostgresDatabase
    places: dict[str, Server]
    events: list[Event]

    def connect(self, side: str) -> psycopg.Connection[Any]:
        server, name = self.places[side]
        return server.connect(name, server.master_user, server.master_password)

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
        names = [TableName("public", name) for name in tables]
        return validate(self.source, self.target, names, emit=self.events.append, **given)

    def prove(self, touched: dict[str, set[Key] | None]) -> ValidationReport:
        named = {TableName("public", name): keys for name, keys in touched.items()}
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
