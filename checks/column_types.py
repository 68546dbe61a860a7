"""What stands behind the type of a column: arrays, domains and types of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import lru_cache

from checks.aurora import DmsType, dms_postgresql_types
from checks.ddl.cursor import Cursor, NotUnderstoodError
from checks.ddl.lexer import Kind, tokens
from checks.ddl.postgres.types import read_type
from checks.facts import Catalog, Column, Location, ObjectRef, SchemaObject, Table
from checks.identifiers import quoted, quoted_table

_NOWHERE = Location("", 0)


class TypeKind(StrEnum):
    ENUM = "enum"
    COMPOSITE = "composite"
    RANGE = "range"
    DOMAIN = "domain"
    BASE = "base"


def columns(catalog: Catalog) -> Iterator[tuple[Table, Column, ObjectRef]]:
    """The columns of tables that are migrated; those of a partition are told by its parent."""
    for table in catalog.tables:
        if table.partition_of is None and table.persistence != "temporary":
            for column in table.columns:
                yield table, column, ObjectRef("column", f"{table.name}.{column.name}", table.location)


def is_array(spelled: str) -> bool:
    """Whether format_type's spelling is that of an array."""
    return spelled.endswith("[]")


@lru_cache(maxsize=4096)
def bare(spelled: str) -> str:
    """A type without brackets and modifier: `numeric`, `timestamp with time zone`, `app.mood`."""
    text = spelled.removesuffix("[]")
    before, bracket, after = text.partition("(")
    return (before + after.partition(")")[2]).strip() if bracket and '"' not in before else text


def modifiers(spelled: str) -> tuple[int, ...]:
    """The numbers in the parentheses of a type: `(12, 2)` for `numeric(12,2)`."""
    inside = spelled.partition("(")[2].partition(")")[0]
    return tuple(int(part) for part in inside.split(",") if part.strip().lstrip("-").isdigit())


def last_part(spelled: str) -> str:
    """The name of a type without schema, modifier and quotes: `vector` for `public.vector(3)`."""
    return _parts(bare(spelled))[-1]


def kind_of(definition: SchemaObject) -> TypeKind | None:
    """Which kind of type a CREATE TYPE or CREATE DOMAIN makes; None for a shell or another object."""
    if definition.kind == "domain":
        return TypeKind.DOMAIN
    if definition.kind != "type":
        return None
    cursor = Cursor(definition.definition, _NOWHERE)
    cursor.accept("create", "type")
    cursor.dotted()
    if not cursor.accept("as"):
        return None if cursor.done else TypeKind.BASE
    word = cursor.accept_any("enum", "range")
    return TypeKind(word) if word else TypeKind.COMPOSITE


class UserTypes:
    """The types that a catalog itself defines, row types of its tables among them."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kinds = {str(table.name): TypeKind.COMPOSITE for table in catalog.tables}
        self._domains: dict[str, str] = {}
        for other in catalog.others:
            kind = kind_of(other)
            if kind is not None:
                self._kinds[other.name] = kind
            if kind is TypeKind.DOMAIN:
                self._domains[other.name] = _underlying(other.definition)

    def kind(self, spelled: str) -> TypeKind | None:
        """The kind of a column's type, of an array the kind of its elements; None for the server's own types."""
        name = self.name(spelled)
        return self._kinds.get(name) if name else None

    def users(self, kind: TypeKind) -> Iterator[tuple[SchemaObject, tuple[str, ...]]]:
        """The types of one kind that columns have, with those columns."""
        used: dict[str, list[str]] = {}
        for _, column, ref in columns(self._catalog):
            used.setdefault(self.name(column.type) or "", []).append(ref.name)
        for other in self._catalog.others:
            if other.name in used and kind_of(other) is kind:
                yield other, tuple(used[other.name])

    def resolved(self, spelled: str) -> str:
        """The type behind domains: `numeric(14,2)` for a domain over it."""
        for _ in range(len(self._domains)):
            under = self._domains.get(self.name(spelled) or "")
            if not under:
                break
            spelled = under + ("[]" if is_array(spelled) and not is_array(under) else "")
        return spelled

    def name(self, spelled: str) -> str | None:
        """`schema.name` of a type, of an array that of its elements; None for one that cannot be the user's own."""
        parts = _parts(bare(spelled))
        if len(parts) > 1:
            return ".".join(parts)
        public = f"public.{parts[0]}"
        return public if public in self._kinds else None


@lru_cache(maxsize=4096)
def _parts(spelled: str) -> tuple[str, ...]:
    """A large schema has few types and asks for them again and again."""
    found = tuple(token.value for token in tokens(spelled) if token.kind is Kind.QUOTED or token.kind is Kind.WORD)
    return found if "." in spelled and found else (spelled.strip('"'),)


def _underlying(definition: str) -> str:
    cursor = Cursor(definition, _NOWHERE)
    cursor.accept("create", "domain")
    try:
        cursor.dotted()
        cursor.accept("as")
        return read_type(cursor)
    except NotUnderstoodError:
        return ""


_LOBS = frozenset({"text", "bytea", "json", "jsonb", "xml", "tsvector", "tsquery", "path", "polygon"})


def is_lob(spelled: str) -> bool:
    """Whether DMS takes the type for a LOB (composite types apart, which only a catalog knows)."""
    return is_array(spelled) or bare(spelled) in _LOBS or last_part(spelled) == "hstore"


def probe(catalog: Catalog, wanted: Callable[[str], bool], ask: str) -> Iterator[tuple[ObjectRef, int, str]]:
    """By schema, how many columns have a wanted type, and one query over them all: `ask` is a SELECT with `{name}`
    (a literal), `{column}` and `{table}`, all quoted.
    """
    types = UserTypes(catalog)
    found: dict[str, list[tuple[Table, Column]]] = {}
    for table, column, _ in columns(catalog):
        if wanted(types.resolved(column.type)):
            found.setdefault(table.name.schema, []).append((table, column))
    for schema, pairs in sorted(found.items()):
        asked = [
            ask.format(
                name="'" + f"{table.name}.{column.name}".replace("'", "''") + "'",
                column=quoted(column.name),
                table=quoted_table(table.name),
            )
            for table, column in pairs
        ]
        yield ObjectRef("schema", schema, pairs[0][0].location), len(pairs), "\nUNION ALL ".join(asked) + ";"


def dms_type(spelled: str) -> DmsType | None:
    """What is known of a type, or of an array's elements, on the way through DMS; None where nothing speaks against."""
    known = dms_postgresql_types()
    return known.get(bare(spelled)) or known.get(last_part(spelled))
