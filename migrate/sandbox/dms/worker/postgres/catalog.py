"""What the worker must know of a table on either side: columns, key, replica identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from migrate.sandbox.dms.worker.tables import Column as AnyColumn
from migrate.sandbox.dms.worker.tables import Table

_TABLES = """
SELECT n.nspname, c.relname, c.oid
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
  AND c.relname NOT IN ('awsdms_ddl_audit', 'awsdms_heartbeat', 'awsdms_loopback_prevention')
ORDER BY 1, 2
"""

_DETAILS = """
SELECT c.oid, c.relreplident, c.relpages,
  (SELECT coalesce(array_agg(a.attname::text ORDER BY k.ordinality), '{}')
     FROM pg_catalog.pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, ordinality)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = c.oid AND i.indisprimary),
  (SELECT coalesce(array_agg(a.attname::text ORDER BY k.ordinality), '{}')
     FROM pg_catalog.pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, ordinality)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = c.oid AND i.indisreplident AND k.ordinality <= i.indnkeyatts)
FROM pg_catalog.pg_class c WHERE c.oid = ANY(%s::oid[])
"""

_COLUMNS = """
SELECT a.attrelid, a.attname, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
  a.attgenerated <> '', a.attidentity = 'a', t.typname, t.typtype, t.typcategory, a.atttypmod,
  tn.nspname = 'pg_catalog' OR coalesce(en.nspname = 'pg_catalog', false)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
WHERE a.attrelid = ANY(%s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

_TARGETS = """
SELECT w.schema_name, w.table_name, c.oid
FROM unnest(%s::text[], %s::text[]) AS w(schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name AND c.relkind IN ('r', 'p')
"""

LOB_TYPES = frozenset({"text", "json", "jsonb", "hstore", "xml", "tsvector", "path", "polygon", "bytea"})
"""Types DMS handles as LOBs, beside arrays and composites (dms.md §5.3)."""


@dataclass(frozen=True)
class Column(AnyColumn):
    """One column; its type is as format_type prints it."""

    identity_always: bool
    type_name: str
    builtin: bool
    typmod: int


Connection = psycopg.Connection[Any]


def list_tables(connection: Connection) -> dict[tuple[str, str], int]:
    """(schema, name) → oid of every ordinary table, partitions included, their parents not (dms.md §12).

    DMS's own tables on a source are none (assumption).
    """
    return {(schema, name): oid for schema, name, oid in connection.execute(_TABLES)}


def find_tables(connection: Connection, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The oids of those of the named tables that exist."""
    schemas, tables = [one[0] for one in names], [one[1] for one in names]
    return {(schema, name): oid for schema, name, oid in connection.execute(_TARGETS, (schemas, tables))}


def describe(connection: Connection, oids: dict[tuple[str, str], int]) -> dict[tuple[str, str], Table[Column]]:
    """Everything about the given tables, in two queries however many they are."""
    numbers = list(oids.values())
    columns: dict[int, list[Column]] = {number: [] for number in numbers}
    for oid, *rest in connection.execute(_COLUMNS, (numbers,)):
        columns[oid].append(_column(rest))
    details = {row[0]: row[1:] for row in connection.execute(_DETAILS, (numbers,))}
    described: dict[tuple[str, str], Table[Column]] = {}
    for (schema, name), oid in oids.items():
        if oid not in details:
            continue
        identity_kind, pages, key, identity = details[oid]
        described[schema, name] = Table(
            schema=schema,
            name=name,
            columns=tuple(columns[oid]),
            key=tuple(key),
            identity=tuple(identity) if _text(identity_kind) == "i" else (),
            full_identity=_text(identity_kind) == "f",
            size=pages,
            number=oid,
        )
    return described


def _column(row: Iterable[Any]) -> Column:
    name, number, type_sql, not_null, generated, identity_always, type_name, type_kind, category, typmod, builtin = row
    return Column(
        name=name,
        place=number,
        type_sql=type_sql,
        not_null=not_null,
        generated=generated,
        identity_always=identity_always,
        type_name=type_name,
        builtin=builtin and _text(type_kind) in "br",
        is_lob=type_name in LOB_TYPES or _text(category) == "A" or _text(type_kind) == "c",
        typmod=typmod,
    )


def _text(value: str | bytes) -> str:
    """PostgreSQL's "char" type arrives as bytes or text, by driver version."""
    return value.decode() if isinstance(value, bytes) else value
