"""Shapes of tables as the port tells them: forms of columns, order of the key, and whether rows can be read in full."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Collection, Iterable, Sequence

import pymysql

from checks.facts import TableName
from migrate.engines.mysql import keys
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.failures import PERMISSION_NUMBERS, number_of
from migrate.engines.mysql.forms import form, key_order
from migrate.engines.mysql.keys import Shape, ShapeColumn
from migrate.engines.mysql.quoting import qualified
from migrate.engines.mysql.server_version import ServerVersion
from migrate.model.validation import ColumnShape, TableShape

FRESH_SECONDS = 60.0
"""How long a shape is taken for the present one: a table that is altered meanwhile is noticed then at the latest."""
TABLES = frozenset(("BASE TABLE", "SYSTEM VERSIONED"))
TRANSACTIONAL = frozenset(("INNODB", "ROCKSDB", "TOKUDB"))
PROVEN_AT_ONCE = 20
_BY_COLUMN = re.compile(r"\bSELECT \(")
_GRANT = "the toolkit's user may not read all of it: grant SELECT on the table"


def told(
    connection: Connection, shapes: Collection[Shape], where: str, *, moment: bool = False
) -> dict[TableName, TableShape]:
    """As the port tells them. `where` names the server."""
    problems = {shape.table: problem(shape, connection.server, moment=moment) for shape in shapes}
    for table in _closed(connection, [table for table, known in problems.items() if not known]):
        problems[table] = _GRANT
    return {
        shape.table: TableShape(
            table=shape.table,
            columns=tuple(ColumnShape(column.name, form(column)) for column in sorted(shape.columns, key=_name)),
            key=tuple(column.name for column in shape.key),
            key_order=key_order(shape, connection.server, where),
            rows=shape.rows,
            bytes=shape.bytes,
            problem=problems[shape.table],
        )
        for shape in shapes
    }


def problem(shape: Shape, server: ServerVersion, *, moment: bool = False) -> str:
    """Why the rows, of one `moment` perhaps, cannot be read in full, as far as the catalog tells; else empty."""
    if not (server.mysql_from(5, 7) or server.mariadb_from(10, 5)):
        return f"{server.text} is too old to hash rows: MySQL 5.7 or MariaDB 10.5 is needed"
    if shape.kind not in TABLES:
        return f"it is no table but a {shape.kind.lower()}"
    if shape.engine is None:
        return "the server cannot open it: see CHECK TABLE"
    if shape.engine.upper() == "BLACKHOLE":
        return "its storage engine keeps no rows"
    if moment and shape.engine.upper() not in TRANSACTIONAL:
        return f"its storage engine {shape.engine} knows no moments: what is written shows at once"
    lacking = [column.name for column in shape.columns if not column.readable]
    if len(lacking) == len(shape.columns):
        return _GRANT
    return f"the toolkit's user may not read {', '.join(lacking)}: grant SELECT on the table" if lacking else ""


def _closed(connection: Connection, tables: Sequence[TableName]) -> list[TableName]:
    """Those that have a column this user may not see: the catalog does not show it.

    It can be only where single columns are granted. Then the server is asked for all columns, in one question for many
    tables; where it is refused, for half of them.
    """
    granted = (str(line) for (line,) in connection.rows("SHOW GRANTS"))
    return _refused(connection, tables) if any(_BY_COLUMN.search(line) for line in granted) else []


def _refused(connection: Connection, tables: Sequence[TableName]) -> list[TableName]:
    if len(tables) > PROVEN_AT_ONCE:
        return [
            table
            for start in range(0, len(tables), PROVEN_AT_ONCE)
            for table in _refused(connection, tables[start : start + PROVEN_AT_ONCE])
        ]
    try:
        if tables:
            every = (f"SELECT 1 FROM (SELECT * FROM {qualified(table)} LIMIT 0) AS t" for table in tables)
            connection.execute(" UNION ALL ".join(every))
    except pymysql.MySQLError as error:
        if number_of(error) not in PERMISSION_NUMBERS:
            raise
        if len(tables) == 1:
            return list(tables)
        half = len(tables) // 2
        return _refused(connection, tables[:half]) + _refused(connection, tables[half:])
    return []


def _name(column: ShapeColumn) -> str:
    return column.name


class Known:
    """Shapes that were read a moment ago, so that not every question asks for them again. Thread-safe."""

    def __init__(self) -> None:
        self._shapes: dict[TableName, tuple[float, Shape]] = {}
        self._lock = threading.Lock()

    def read(self, connection: Connection, tables: Iterable[TableName]) -> dict[TableName, Shape]:
        """Read anew; what is not there is forgotten."""
        wanted = list(tables)
        found, now = keys.shapes(connection, wanted), time.monotonic()
        with self._lock:
            for table in wanted:
                self._shapes.pop(table, None)
            self._shapes.update({table: (now, shape) for table, shape in found.items()})
        return found

    def get(self, connection: Connection, tables: Iterable[TableName]) -> dict[TableName, Shape]:
        """As known, read where it was too long ago; absent tables are absent."""
        wanted, now = set(tables), time.monotonic()
        with self._lock:
            known = {
                t: self._shapes[t][1] for t in wanted if t in self._shapes and now - self._shapes[t][0] < FRESH_SECONDS
            }
        lacking = wanted - known.keys()
        return known | self.read(connection, lacking) if lacking else known

    def forget(self) -> None:
        with self._lock:
            self._shapes.clear()
