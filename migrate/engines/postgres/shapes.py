"""Shapes of tables: their columns' forms, what identifies a row, how its key sorts, and whether rows can be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.facts import TableName
from migrate.engines.postgres import collations
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.forms import FLOAT_TEXT_CHANGED, FLOATS, ColumnType, Form, form
from migrate.engines.postgres.queries import query
from migrate.engines.postgres.quoting import identifier, qualified
from migrate.model.validation import ColumnShape, TableShape

OLDEST = 110000
"""server_version_num of the first version with 64-bit hashes."""
SMALL_BYTES = 64 << 20
SCATTERED_BELOW = 0.5
"""Correlation of the key's first column with the physical order, as ANALYZE measures it."""
FRESH_SECONDS = 60.0
"""How long a shape is taken for the present one: a table that is altered meanwhile is noticed then at the latest."""
BYTES_PER_ROW = 100
"""Supposed of a table that was never analyzed."""

ALIKE = frozenset((
    "bool", "bytea", "oid", "uuid", "char", "money", "int2", "int4", "int8", "numeric", "float4", "float8",
    "date", "time", "timetz", "timestamp", "timestamptz", "interval", "bit", "varbit", "inet", "cidr",
    "macaddr", "macaddr8", "pg_lsn",
))  # fmt: skip
"""Built-in types that sort alike on every server."""
LOOSELY_EQUAL = frozenset(("numeric", "float4", "float8", "interval"))
"""Those of them whose values may be equal and still not the same."""


@dataclass(frozen=True)
class Column:
    name: str
    type: ColumnType
    form: Form


@dataclass(frozen=True)
class KeyColumn:
    column: Column
    equals: str
    """The index's equality operator, as SQL: `OPERATOR(pg_catalog.=)`."""
    native: bool
    """Whether ranges of it can be compared as its type sorts; else by the bytes of its text."""
    order: str
    """What its native order hangs on; empty when on nothing."""

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def alike(self) -> bool:
        return self.native and self.column.type.name in ALIKE

    @property
    def exact(self) -> bool:
        """Whether two values that the index takes for equal are one value, as 1.0 and 1.00 or A and a may not be."""
        if self.column.type.name in LOOSELY_EQUAL or not self.native:
            return False
        return collations.NONDETERMINISTIC not in self.order

    def value(self, parameter: str) -> str:
        """Expression: a value of the key, given as text, as a value of the column."""
        return f"{parameter}::pg_catalog.text::{self.column.type.cast}"


@dataclass(frozen=True)
class Shape:
    """One table as the row hasher sees it."""

    table: TableName
    columns: tuple[Column, ...]
    """By name."""
    key: tuple[KeyColumn, ...]
    partitioned: bool
    rows: int
    pages_bytes: int
    """Size without what is stored apart from the rows."""
    bytes: int
    scattered: bool
    identity: str
    problem: str

    @property
    def source(self) -> str:
        """What stands behind FROM: without inherited children's rows, which belong to their own tables."""
        return qualified(self.table) if self.partitioned else f"ONLY {qualified(self.table)}"

    @property
    def supposed_rows(self) -> int:
        """As estimated, or by the table's size where it was never analyzed."""
        return self.rows if self.rows >= 0 else self.pages_bytes // BYTES_PER_ROW

    @property
    def told(self) -> TableShape:
        """As the port tells it."""
        return TableShape(
            table=self.table,
            columns=tuple(ColumnShape(column.name, column.form.name) for column in self.columns),
            key=tuple(column.name for column in self.key),
            key_order=", ".join(f"{column.name}: {column.order}" for column in self.key if column.order),
            rows=self.rows,
            bytes=self.bytes,
            scattered=self.scattered,
            identity=self.identity,
            problem=self.problem,
        )


def read(connection: Connection, tables: Iterable[TableName], where: str) -> dict[TableName, Shape]:
    """Shapes of these tables, in a few queries; absent ones are absent. `where` names the server."""
    wanted = list(tables)
    names = [[table.schema for table in wanted], [table.name for table in wanted]]
    if connection.info.server_version < OLDEST:
        problem = "hashing rows needs PostgreSQL 11 or later: compare them by other means, or upgrade the server first"
        found = connection.execute(query("present"), names).fetchall()
        return {t: Shape(t, (), (), False, -1, 0, 0, False, "", problem) for t in (TableName(*row) for row in found)}
    rows = connection.execute(query("shapes"), [*names, SMALL_BYTES]).fetchall()
    keyed = [column for row in rows for column in _key_facts(row)]
    orders = _Orders(
        collations.orders(connection, {column[9] for column in keyed if column[9]}, where),
        _labels(connection, {column[8] for column in keyed if column[3] == "e"}),
        where,
    )
    encoding = connection.info.parameter_status("server_encoding") or ""
    shapes = (_shape(row, connection.info.server_version, encoding, orders) for row in rows)
    return {shape.table: shape for shape in shapes}


def _key_facts(row: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """What the query says of each column that is part of the key."""
    names = {name for name, _, _ in row[10] or ()}
    return (column for column in row[9] or () if column[0] in names)


def _labels(connection: Connection, enums: Collection[int]) -> dict[int, str]:
    """By the enum's OID its labels, as they sort."""
    if not enums:
        return {}
    found = connection.execute(
        "SELECT enumtypid::bigint, string_agg(quote_literal(enumlabel), ' ' ORDER BY enumsortorder)"
        " FROM pg_enum WHERE enumtypid = ANY ($1::bigint[]::oid[]) GROUP BY 1",
        [list(enums)],
    )
    return dict(found.fetchall())


@dataclass(frozen=True)
class _Orders:
    """What the native order of a key column hangs on."""

    collations: Mapping[int, str]
    labels: Mapping[int, str]
    where: str

    def of(self, type_: ColumnType, base: int, collation: int) -> str | None:
        """None for a type of which it is not known."""
        if type_.built_in and type_.name in ALIKE:
            return ""
        if type_.kind == "e":
            return f"enum {self.labels.get(base, '')}"
        if type_.built_in and type_.category == "S":
            return self.collations.get(collation)
        return None


def _shape(row: Sequence[Any], version: int, encoding: str, orders: _Orders) -> Shape:
    schema, name, kind, tuples, main, size, foreign, readable, hidden, columns, key, correlation, identity = row
    made = {column[0]: _column(column, version, encoding) for column in columns or ()}
    order = {column[0]: orders.of(made[column[0]].type, *column[8:]) for column in _key_facts(row)}
    keyed = tuple(
        KeyColumn(
            made[name],
            f"OPERATOR({identifier(operator_schema)}.{operator})",
            order[name] is not None,
            # Nobody else's order is the same: so it is compared by bytes.
            f"{made[name].type.name}, at {orders.where}" if (known := order[name]) is None else known,
        )
        for name, operator_schema, operator in key or ()
    )
    problem = ""
    if foreign:
        problem = "it is a foreign table, or has one as a partition: those rows are on another server"
    elif not readable:
        problem = "the toolkit's user may not read all of it: grant SELECT on the table and USAGE on its schema"
    elif hidden:
        problem = "row-level security hides rows from the toolkit's user: give it BYPASSRLS"
    elif version < FLOAT_TEXT_CHANGED and any(column.column.type.name in FLOATS for column in keyed):
        problem = "its key holds floating point numbers, which PostgreSQL 12 and later print otherwise than this server"
    return Shape(
        TableName(schema, name),
        tuple(made[name] for name in sorted(made)),
        keyed,
        kind == "p",
        tuples,
        main,
        size,
        correlation is not None and correlation < SCATTERED_BELOW,
        identity,
        problem,
    )


def _column(described: Sequence[Any], version: int, encoding: str) -> Column:
    name, *type_facts, _, _ = described
    type_ = ColumnType(*type_facts)
    return Column(name, type_, form(type_, version, encoding))


class Known:
    """Shapes that were read a moment ago, so that not every question asks for them again. Thread-safe."""

    def __init__(self) -> None:
        self._shapes: dict[TableName, tuple[float, Shape]] = {}
        self._lock = threading.Lock()

    def read(self, connection: Connection, tables: Iterable[TableName], where: str) -> dict[TableName, Shape]:
        """Read anew; what is not there is forgotten."""
        wanted = list(tables)
        found, now = read(connection, wanted, where), time.monotonic()
        with self._lock:
            for table in wanted:
                self._shapes.pop(table, None)
            self._shapes.update({table: (now, shape) for table, shape in found.items()})
        return found

    def get(self, connection: Connection, tables: Iterable[TableName], where: str) -> dict[TableName, Shape]:
        """As known, read where it was too long ago; absent tables are absent."""
        wanted, now = set(tables), time.monotonic()
        with self._lock:
            known = {
                t: self._shapes[t][1] for t in wanted if t in self._shapes and now - self._shapes[t][0] < FRESH_SECONDS
            }
        lacking = wanted - known.keys()
        return known | self.read(connection, lacking, where) if lacking else known

    def forget(self) -> None:
        with self._lock:
            self._shapes.clear()
