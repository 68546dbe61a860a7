"""Sequences, whether an application made them, a serial column or an identity column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg

from checks.facts import TableName
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import qualified


@dataclass(frozen=True)
class _Sequence:
    name: TableName
    last: int | None
    """None when nothing was handed out, or when the toolkit may not know."""
    start: int
    increment: int
    minimum: int
    maximum: int
    readable: bool

    def past(self, value: int, headroom: int) -> int:
        """`headroom` steps past `value`, as far as the sequence goes."""
        return min(max(value + headroom * self.increment, self.minimum), self.maximum)

    def ahead(self, value: int, other: int) -> bool:
        """True when `value` is handed out after `other`."""
        return value > other if self.increment > 0 else value < other


class PostgresSequences:
    """Implements ports.database.Sequences. Sequences of extensions and of the toolkit itself are left out."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def values(self, schemas: Sequence[str] = ()) -> dict[str, int]:
        """A sequence restarted and not used since counts as if the value before its next one was handed out.

        Raises SourceError or TargetError when a sequence may not be read: its value would be missing unseen.
        """
        with self._connections.use() as connection:
            found = _read(connection, schemas)
            hidden = [name for name, sequence in found.items() if not sequence.readable]
            if hidden:
                raise psycopg.errors.InsufficientPrivilege(f"permission denied for sequence {hidden[0]}")
            return {
                name: value for name, sequence in found.items() if (value := _value(connection, sequence)) is not None
            }

    def raise_to(self, wanted: Mapping[str, int], headroom: int) -> None:
        with self._connections.use() as connection, connection.transaction():
            found = _read(connection)
            for name, value in wanted.items():
                sequence = found.get(name)
                if sequence is None:
                    raise psycopg.errors.UndefinedTable(f"there is no sequence {name}")
                goal = sequence.past(value, headroom)
                before = "<" if sequence.increment > 0 else ">"
                connection.execute(
                    f"SELECT setval($1::regclass, $2) FROM {qualified(sequence.name)}"
                    f" WHERE last_value {before} $2 OR (last_value = $2 AND NOT is_called)",
                    [qualified(sequence.name), goal],
                )

    def behind(self, wanted: Mapping[str, int]) -> list[str]:
        """Sequences whose next value is `wanted` or before it, or that are not there."""
        with self._connections.use() as connection:
            found = _read(connection)
            return sorted(name for name, value in wanted.items() if not _covers(connection, found.get(name), value))


def _covers(connection: Connection, sequence: _Sequence | None, value: int) -> bool:
    last = None if sequence is None else _value(connection, sequence)
    return sequence is not None and last is not None and not sequence.ahead(value, last)


def _value(connection: Connection, sequence: _Sequence) -> int | None:
    if sequence.last is not None:
        return sequence.last
    row = connection.execute(f"SELECT last_value, is_called FROM {qualified(sequence.name)}").fetchone()
    assert row is not None
    next_value, called = row
    if called:
        return int(next_value)
    return int(next_value) - sequence.increment if next_value != sequence.start else None


def _read(connection: Connection, schemas: Sequence[str] = ()) -> dict[str, _Sequence]:
    rows = connection.execute(query("sequences"), [list(schemas)])
    return {
        f"{schema}.{name}": _Sequence(TableName(schema, name), last, start, increment, minimum, maximum, readable)
        for schema, name, last, start, increment, minimum, maximum, readable in rows
    }
