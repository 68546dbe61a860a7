"""Which tables stand together, what could be their key, and what their foreign keys do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.ddl.cursor import Cursor
from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog, Constraint, Index, Location, ReplicaIdentity, Table, TableName

EVENTS = ("delete", "update")
_PARTIAL = re.compile(r"\)\s*WHERE\b|\bWHERE\s*\(", re.IGNORECASE)


def log_tells_rows_apart(table: Table) -> bool:
    """Whether PostgreSQL's log says which row an UPDATE or DELETE was of; a unique key alone does not make it."""
    match table.replica_identity:
        case ReplicaIdentity.FULL | ReplicaIdentity.INDEX:
            return True
        case ReplicaIdentity.NOTHING:
            return False
        case _:
            return table.primary_key is not None and not table.primary_key.deferrable


@dataclass(frozen=True)
class Family:
    """A table with all partitions under it; a plain table is a family of one."""

    root: Table
    members: tuple[Table, ...]

    @property
    def keyed(self) -> bool:
        """Whether every table that holds rows has a primary key."""
        if self.root.primary_key:
            return True
        leaves = [table for table in self.members if not table.partitioned]
        return bool(leaves) and all(table.primary_key for table in leaves)

    @property
    def untold(self) -> tuple[Table, ...]:
        """Tables that hold rows of which the log does not tell them apart."""
        return tuple(table for table in self.members if not table.partitioned and not log_tells_rows_apart(table))

    @property
    def updates(self) -> int | None:
        """Updates and deletes of the untold since the statistics were reset; None where none of them tells."""
        known = [table.updates for table in self.untold if table.updates is not None]
        return sum(known) if known else None


def families(catalog: Catalog) -> Iterator[Family]:
    """Every table that is no partition, with the partitions under it, in one pass."""
    children: dict[TableName, list[Table]] = {}
    names = {table.name for table in catalog.tables}
    for table in catalog.tables:
        if table.partition_of in names and table.partition_of is not None:
            children.setdefault(table.partition_of, []).append(table)
    for table in catalog.tables:
        if table.partition_of in names:
            continue
        members = [table]
        for member in members:
            members.extend(children.get(member.name, []))
        yield Family(table, tuple(members))


def unique_indexes(catalog: Catalog) -> dict[TableName, list[Index]]:
    """By table, the valid unique B-tree indexes over plain columns of all its rows: those that can become a key."""
    found: dict[TableName, list[Index]] = {}
    for index in catalog.indexes:
        usable = index.unique and index.valid and index.method == "btree" and index.columns and all(index.columns)
        if usable and not _PARTIAL.search(index.definition):
            found.setdefault(index.table, []).append(index)
    return found


def key_words(index: Index) -> frozenset[str]:
    """The unquoted words in the key of an index: its expressions and columns, not its INCLUDE and WHERE."""
    cursor = Cursor(index.definition, Location("", 0))
    cursor.source_until(frozenset(), ("(",))
    if cursor.done:
        return frozenset()
    return frozenset(token.value for token in tokens(cursor.group_text()) if token.kind is Kind.WORD)


def action_of(constraint: Constraint, event: str) -> str | None:
    """What a foreign key does ON `event` (`update`, `delete`): CASCADE, SET NULL, SET DEFAULT; None for nothing."""
    words = [token.value if token.kind is Kind.WORD else "" for token in tokens(constraint.definition)]
    for at in range(len(words) - 2):
        if words[at : at + 2] == ["on", event]:
            following = words[at + 2]
            if following == "set":
                return " ".join(words[at + 2 : at + 4]).upper()
            return "CASCADE" if following == "cascade" else None
    return None


def points_at_primary_key(catalog: Catalog, constraint: Constraint) -> bool:
    """Whether a foreign key refers to a column of the primary key of its other table."""
    other = catalog.table(constraint.references) if constraint.references else None
    if other is None or other.primary_key is None:
        return False
    cursor = Cursor(constraint.definition, Location("", 0))
    cursor.source_until(frozenset({"references"}))
    if not cursor.accept("references"):
        return False
    cursor.dotted()
    named = cursor.names_in_parentheses() if cursor.at_mark("(") else other.primary_key.columns
    return bool(set(named) & set(other.primary_key.columns))
