"""The settings under which stored code was made: it must be made again under the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.quoting import identifier


@dataclass(frozen=True)
class Making:
    """The character set of the client is not among them: it only says how the text was spelled, and the toolkit spells
    it in utf8mb4. Literals take theirs from `collation`."""

    schema: str
    """The database that unqualified names meant."""
    sql_mode: str
    collation: str
    """Of the connection."""
    time_zone: str = ""
    """For events alone."""

    def facts(self) -> dict[str, str]:
        return {"schema": self.schema, "sql_mode": self.sql_mode, "collation": self.collation}

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> Making:
        return cls(*(str(facts[name]) for name in ("schema", "sql_mode", "collation")))

    @property
    def statements(self) -> list[str]:
        """What brings a session there. Values are words of the server's own, without a quote among them."""
        settings = [f"sql_mode = '{self.sql_mode}'", f"collation_connection = {self.collation}"]
        if self.time_zone:
            settings.append(f"time_zone = '{self.time_zone}'")
        return [f"USE {identifier(self.schema)}", f"SET {', '.join(settings)}"]


@contextmanager
def made_under(connection: Connection, making: Making) -> Iterator[None]:
    """The session under these settings, and as it was after the block; left so when the block raises, for then the
    session is not used again."""
    before = connection.rows("SELECT @@sql_mode, @@collation_connection, @@time_zone, COALESCE(DATABASE(), '')")[0]
    for statement in making.statements:
        connection.execute(statement)
    yield
    mode, collation, zone, database = before
    connection.execute("SET sql_mode = %s, collation_connection = %s, time_zone = %s", [mode, collation, zone])
    if database:
        connection.execute(f"USE {identifier(database)}")
