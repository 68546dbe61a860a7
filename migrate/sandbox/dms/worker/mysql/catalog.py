"""What the worker must know of a table on either side: columns with their exact types, key, references."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.tables import Column as AnyColumn
from migrate.sandbox.dms.worker.tables import Table as AnyTable

SYSTEM_DATABASES = ("information_schema", "mysql", "performance_schema", "sys")
"""Never taken (assumption: the service takes those that a `%` matches, and fails on them, dms.md §6)."""
LOB_TYPES = frozenset(
    {
        *{"mediumtext", "longtext", "mediumblob", "longblob", "json", "geometry", "point", "linestring", "polygon"},
        *{"multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection"},
    }
)
"""Types DMS handles as LOBs (dms.md §5.3): TEXT, TINYTEXT, BLOB and TINYBLOB are none."""
VERSIONED = "SYSTEM VERSIONED"
_HASHING = frozenset({"MEMORY"})
"""Engines with hash indexes of their own, which need no hidden column."""

_TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND table_schema NOT IN %s
  AND table_name <> 'awsdms_loopback_prevention'
ORDER BY 1, 2
"""
_SIZES = """
SELECT table_schema, table_name, table_type, coalesce(data_length, 0), engine FROM information_schema.tables
WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND table_schema IN %s
"""
_COLUMNS = """
SELECT table_schema, table_name, column_name, data_type, column_type, character_set_name, is_nullable, extra,
  coalesce(generation_expression, ''), datetime_precision
FROM information_schema.columns WHERE table_schema IN %s ORDER BY table_schema, table_name, ordinal_position
"""
_KEYS = """
SELECT table_schema, table_name, index_name, column_name, index_type FROM information_schema.statistics
WHERE table_schema IN %s AND non_unique = 0
ORDER BY table_schema, table_name, index_name <> 'PRIMARY', index_name, seq_in_index
"""
_REFERENCES = """
SELECT DISTINCT table_schema, table_name, referenced_table_schema, referenced_table_name
FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL AND table_schema IN %s
"""

Name = tuple[str, str]


@dataclass(frozen=True)
class Column(AnyColumn):
    """One column. `labels` of an enum or set, `updates` for ON UPDATE ….

    `row_end`: where a system-versioned table of MariaDB keeps the end of a row's time.
    """

    type_name: str
    charset: str | None
    labels: tuple[str, ...]
    updates: bool
    precision: int
    row_end: bool

    @property
    def unsigned(self) -> bool:
        return " unsigned" in self.type_sql

    @property
    def length(self) -> int:
        """The declared length: of BINARY(n) the bytes, 1 without one."""
        found = re.search(r"\((\d+)\)", self.type_sql)
        return int(found[1]) if found else 1


@dataclass(frozen=True)
class Table(AnyTable[Column]):
    """One table. `versioned`: MariaDB's system versioning adds two hidden columns at the end of its rows in the log.

    `hashes`: behind them one more for every unique key that MariaDB keeps by a hash, as over TEXT and BLOB.
    """

    versioned: bool
    hashes: int


def list_tables(connection: Connection) -> list[Name]:
    """Every table but those of the system; no views, no sequences, no marks of DMS (assumption)."""
    return [(str(schema), str(name)) for schema, name in run(connection, _TABLES, (SYSTEM_DATABASES,))]


def describe(connection: Connection, names: Collection[Name]) -> dict[Name, Table]:
    """Those of the named tables that exist, under the names asked for, in four queries however many they are.

    Where the server folds names to lower case, so does the comparison.
    """
    if not names:
        return {}
    ((folds,),) = run(connection, "SELECT @@lower_case_table_names")
    asked = {_folded(name, folds): name for name in names}
    schemas = (sorted({schema for schema, _ in names}),)

    def chosen(text: str) -> Iterable[tuple[Name, tuple[Any, ...]]]:
        for schema, table, *rest in run(connection, text, schemas):
            name = asked.get(_folded((schema, table), folds))
            if name is not None:
                yield name, tuple(rest)

    columns: dict[Name, list[Column]] = {}
    for name, row in chosen(_COLUMNS):
        columns.setdefault(name, []).append(_column(row))
    keys: dict[Name, dict[str, list[str | None]]] = {}
    hashed: dict[Name, set[str]] = {}
    for name, (index, column, kind) in chosen(_KEYS):
        keys.setdefault(name, {}).setdefault(index, []).append(column)
        if _text(kind).upper() == "HASH":
            hashed.setdefault(name, set()).add(index)
    described: dict[Name, Table] = {}
    for name, (kind, size, engine) in chosen(_SIZES):
        mine = columns.get(name, [])
        key, identity = _keys(mine, keys.get(name, {}))
        described[name] = Table(
            schema=name[0],
            name=name[1],
            columns=tuple(replace(one, place=(at, len(mine))) for at, one in enumerate(mine)),
            key=key,
            identity=identity,
            full_identity=True,
            size=int(size),
            versioned=kind == VERSIONED,
            hashes=0 if _text(engine).upper() in _HASHING else len(hashed.get(name, ())),
        )
    return described


def references(connection: Connection, schemas: Collection[str]) -> list[tuple[Name, Name]]:
    """Foreign keys of the databases as (child, parent)."""
    if not schemas:
        return []
    rows = run(connection, _REFERENCES, (sorted(schemas),))
    return [((str(a), str(b)), (str(c), str(d))) for a, b, c, d in rows]


def _folded(name: Name, folds: int) -> Name:
    return (name[0].lower(), name[1].lower()) if folds else name


def _keys(columns: list[Column], found: dict[str, list[str | None]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The primary key, and else the first unique key that no row can be without.

    MariaDB adds the end of a row's time to the keys of a versioned table; among the present rows it tells nothing.
    """
    ends = {column.name for column in columns if column.row_end}
    found = {index: [one for one in names if one not in ends] for index, names in found.items()}
    if "PRIMARY" in found:
        return tuple(str(one) for one in found["PRIMARY"]), ()
    solid = {column.name for column in columns if column.not_null and not column.generated}
    for names in found.values():
        if all(one in solid for one in names):
            return (), tuple(str(one) for one in names)
    return (), ()


def _column(row: tuple[Any, ...]) -> Column:
    name, type_name, type_sql, charset, nullable, extra, expression, precision = row
    type_name, type_sql, extra = _text(type_name).lower(), _text(type_sql), _text(extra).upper()
    return Column(
        name=_text(name),
        place=None,
        not_null=nullable == "NO",
        generated=bool(expression),
        is_lob=type_name in LOB_TYPES,
        type_name=type_name,
        type_sql=type_sql,
        charset={"utf8mb3": "utf8mb4", "utf8": "utf8mb4", "ascii": "utf8mb4"}.get(charset, charset),
        labels=_labels(type_sql) if type_name in {"enum", "set"} else (),
        updates="ON UPDATE" in extra,
        precision=int(precision or 0),
        row_end=_text(expression).upper() == "ROW END",
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


_LABEL = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
_ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "Z": "\x1a", "t": "\t", "b": "\b"}


def _labels(type_sql: str) -> tuple[str, ...]:
    """`enum('a','it''s')` → its labels, in order."""
    return tuple(
        re.sub(r"''|\\(.)", lambda one: "'" if one[0] == "''" else _ESCAPES.get(one[1], one[1]), raw, flags=re.DOTALL)
        for raw in _LABEL.findall(type_sql)
    )
