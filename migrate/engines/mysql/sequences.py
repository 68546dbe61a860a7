"""AUTO_INCREMENT counters, and the sequences of MariaDB."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pymysql

from checks.facts import TableName
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.databases import NOT_THE_USERS
from migrate.engines.mysql.failures import BUSY, number_of
from migrate.engines.mysql.quoting import qualified

SEQUENCE = "sequence "
"""Begins the name of a MariaDB sequence: no other server of the family has any, and none needs them raised there."""
_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
_FLOATING = {"float": 2**24, "double": 2**53}
_LOCK_SECONDS = 2
"""Whoever comes after a waiting ALTER TABLE waits, too."""
_ATTEMPTS = 15
_AT_ONCE = 200


@dataclass(frozen=True)
class _Counter:
    """What hands out numbers. All but a MariaDB sequence count upwards."""

    table: TableName
    last: int | None
    """None when nothing was handed out."""
    step: int
    minimum: int
    maximum: int
    sequence: bool = False

    def past(self, value: int, headroom: int) -> int:
        """`headroom` steps past `value`, as far as the column's type or the sequence goes."""
        return min(max(value + headroom * self.step, self.minimum), self.maximum)

    def covers(self, value: int) -> bool:
        """Whether `value` will never be handed out again."""
        wanted = min(max(value, self.minimum), self.maximum)
        return self.last is not None and (self.last >= wanted if self.step > 0 else self.last <= wanted)


class MySqlSequences:
    """Implements ports.database.Sequences, for the user's databases."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def values(self, schemas: Sequence[str] = ()) -> dict[str, int]:
        """The last number handed out, by `database.table`; a MariaDB sequence by `sequence database.name`, as if it had
        handed out all that it has cached. A counter at its type's end counts as used up.

        Before MySQL 8.0 a counter is forgotten with a restart and begins behind the greatest row again: then so does
        this (mysql-compatibility.md §3.13).
        """
        with self._connections.use() as connection:
            return {
                name: counter.last
                for name, counter in _read(connection).items()
                if counter.last is not None and (not schemas or counter.table.schema in schemas)
            }

    def raise_to(self, wanted: Mapping[str, int], headroom: int) -> None:
        """A step is the server's auto_increment_increment. Tables in use are waited for, a little at a time.

        Raises SourceError or TargetError where there is no such counter, or a table stays in use.
        """
        with self._connections.use() as connection:
            found = _read(connection)
            for name, value in wanted.items():
                counter = found.get(name)
                if counter is None and _foreign(connection, name):
                    continue
                if counter is None:
                    raise pymysql.err.ProgrammingError(1146, f"there is no AUTO_INCREMENT column in {name}")
                goal = counter.past(value, headroom)
                if not counter.covers(goal):
                    _raise(connection, counter, goal)

    def behind(self, wanted: Mapping[str, int]) -> list[str]:
        """Counters whose next number is `wanted` or before it, or that are not there."""
        with self._connections.use() as connection:
            found = _read(connection)
            return sorted(
                name
                for name, value in wanted.items()
                if not (_foreign(connection, name) or (name in found and found[name].covers(value)))
            )


def _foreign(connection: Connection, name: str) -> bool:
    """A MariaDB sequence, asked of a server that has none: the schema copy has told that it stays behind."""
    return name.startswith(SEQUENCE) and not connection.server.mariadb


def _raise(connection: Connection, counter: _Counter, goal: int) -> None:
    if counter.sequence:
        connection.rows(f"SELECT SETVAL({qualified(counter.table)}, {goal:d}, 1)")
        return
    connection.execute(f"SET SESSION lock_wait_timeout = {_LOCK_SECONDS}")
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            connection.execute(
                f"ALTER TABLE {qualified(counter.table)} AUTO_INCREMENT = {min(goal + 1, counter.maximum):d}"
            )
            break
        except pymysql.MySQLError as error:
            if number_of(error) not in BUSY or attempt == _ATTEMPTS:
                raise
            time.sleep(0.1 * attempt)
    connection.execute("SET SESSION lock_wait_timeout = 60")


def _read(connection: Connection) -> dict[str, _Counter]:
    found = _columns(connection)
    if connection.server.mariadb_from(10, 3):
        found |= _sequences(connection)
    return found


def _columns(connection: Connection) -> dict[str, _Counter]:
    rows = connection.rows(
        "SELECT t.table_schema, t.table_name, t.auto_increment, LOWER(c.data_type), c.column_type,"
        " @@GLOBAL.auto_increment_increment FROM information_schema.tables t JOIN information_schema.columns c"
        " ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.extra LIKE '%auto_increment%'"
        " WHERE t.table_schema NOT IN %s AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
        [NOT_THE_USERS],
    )
    found = {}
    for schema, name, following, kind, declared, step in rows:
        maximum = _maximum(kind, "unsigned" in str(declared))
        following = int(following or 1)
        # At the end of its type the counter stays where it is, whether that number was handed out or not.
        last = maximum if following >= maximum else following - 1
        found[f"{schema}.{name}"] = _Counter(TableName(schema, name), last if last > 0 else None, int(step), 1, maximum)
    return found


def _maximum(kind: str, unsigned: bool) -> int:
    if kind in _FLOATING:
        return _FLOATING[kind]
    bits = _BITS[kind]
    return (1 << (bits if unsigned else bits - 1)) - 1


def _sequences(connection: Connection) -> dict[str, _Counter]:
    names = [
        TableName(schema, name)
        for schema, name in connection.rows(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_type = 'SEQUENCE' AND table_schema NOT IN %s",
            [NOT_THE_USERS],
        )
    ]
    found = {}
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        rows = connection.rows(
            " UNION ALL ".join(
                "SELECT next_not_cached_value, start_value, increment, minimum_value, maximum_value"
                f" FROM {qualified(name)}"
                for name in some
            )
        )
        for name, (following, first, increment, minimum, maximum) in zip(some, rows, strict=True):
            step = int(increment) or int(connection.rows("SELECT @@GLOBAL.auto_increment_increment")[0][0])
            last = int(following) - step if following != first else None
            found[f"{SEQUENCE}{name}"] = _Counter(name, last, step, int(minimum), int(maximum), sequence=True)
    return found
