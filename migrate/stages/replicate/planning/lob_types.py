"""Which columns DMS takes for LOBs (its guide's tables of source types): more than one would think on PostgreSQL."""

from __future__ import annotations

from checks.column_types import bare, is_array
from checks.facts import Catalog, Column, Table
from checks.route import Engine

_POSTGRES = frozenset(
    ["text", "json", "jsonb", "hstore", "xml", "tsvector", "tsquery", "path", "polygon", "bytea", "citext"]
)
_MYSQL = frozenset(
    [
        "mediumtext",
        "longtext",
        "mediumblob",
        "longblob",
        "json",
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "geomcollection",
    ]
)


def lob_columns(catalog: Catalog, table: Table) -> tuple[Column, ...]:
    """In order. On PostgreSQL a domain counts as what it is over, and an array is one. Composite types are not seen."""
    return tuple(column for column in table.columns if _is_lob(catalog, column))


def _is_lob(catalog: Catalog, column: Column) -> bool:
    if catalog.engine is not Engine.POSTGRES:
        return bare(column.type).split(" ")[0] in _MYSQL
    if is_array(column.type):
        return True
    spelled = bare(column.type)
    return spelled in _POSTGRES or _over_text(catalog, spelled)


def _over_text(catalog: Catalog, spelled: str) -> bool:
    """A domain over a LOB type, told by the DDL that made it."""
    for one in catalog.others:
        if one.kind == "domain" and spelled in (one.name, one.name.rpartition(".")[2]):
            _, _, over = one.definition.partition(" AS ")
            return any(over.lstrip().lower().startswith(kind) for kind in _POSTGRES)
    return False
