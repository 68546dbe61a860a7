"""Which tables stand together, and what could be their key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.facts import Catalog, Index, Table, TableName

_PARTIAL = re.compile(r"\)\s*WHERE\b|\bWHERE\s*\(", re.IGNORECASE)


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
    def updates(self) -> int | None:
        """Updates and deletes of all members since the statistics were reset; None where no member tells."""
        known = [table.updates for table in self.members if table.updates is not None]
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
