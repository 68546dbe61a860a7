"""Columns of MySQL tables by type, and how findings name many of them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from checks.facts import Catalog, Column, ObjectRef, Table

_NAMED = 8
_LARGE = frozenset(("mediumtext", "longtext", "mediumblob", "longblob", "json"))
_SPATIAL = re.compile(r"(geometry|geomcollection|(multi)?(point|linestring|polygon))\b")
_TEXT = re.compile(r"(char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b")


def columns(catalog: Catalog) -> Iterator[tuple[Table, Column, ObjectRef]]:
    """Every column with its table and how a finding names it."""
    for table in catalog.tables:
        for column in table.columns:
            yield table, column, ObjectRef("column", f"{table.name}.{column.name}", table.location)


def bare(type_: str) -> str:
    """A type without length and attributes: `int` for `int(5) unsigned zerofill`."""
    found = re.match(r"[a-z0-9]+", type_)
    return found[0] if found else type_


def is_large(type_: str) -> bool:
    """Whether DMS treats the type as a large object: TEXT and BLOB it does not, MEDIUM and LONG ones it does."""
    return bare(type_) in _LARGE or is_spatial(type_)


def is_spatial(type_: str) -> bool:
    """Whether it is GEOMETRY or one of its subtypes."""
    return _SPATIAL.match(type_) is not None


def is_text(type_: str) -> bool:
    """Whether values of the type are text with a collation."""
    return _TEXT.match(type_) is not None


def by_type(catalog: Catalog, wanted: Container[str]) -> Iterator[tuple[str, ObjectRef, list[str]]]:
    """Each bare type of `wanted` that columns have, where it was first met, and the columns."""
    found: dict[str, tuple[ObjectRef, list[str]]] = {}
    for table, column, ref in columns(catalog):
        type_ = bare(column.type)
        if type_ in wanted:
            first = (ObjectRef("type", type_, table.location), list[str]())
            found.setdefault(type_, first)[1].append(ref.name)
    for type_, (where, names) in sorted(found.items()):
        yield type_, where, names


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def used_collations(catalog: Catalog) -> Iterator[tuple[str, ObjectRef, list[str]]]:
    """Each collation of databases, tables and columns, where it was first met, and what has it."""
    found: dict[str, tuple[ObjectRef, list[str]]] = {}
    for schema, collation in catalog.schema_collations:
        found.setdefault(collation, (ObjectRef("collation", collation), []))[1].append(schema)
    for table in catalog.tables:
        owners = [(str(table.name), table.collation)]
        owners += [(f"{table.name}.{column.name}", column.collation) for column in table.columns]
        for name, used in owners:
            if used is not None:
                where, names = found.setdefault(used, (ObjectRef("collation", used, table.location), []))
                if where.location is None:
                    found[used] = (ObjectRef("collation", used, table.location), names)
                names.append(name)
    for collation, (where, names) in sorted(found.items()):
        yield collation, where, names
