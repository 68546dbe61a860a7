"""Which tables must stay in one task: consistency holds within a task alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.facts import Catalog, ConstraintKind, TableName


class Joins:
    """Tables in groups that are never parted. Deterministic: each group is sorted, groups by their first table."""

    def __init__(
        self, catalog: Catalog, moved: Iterable[TableName], together: Iterable[Sequence[TableName]] = ()
    ) -> None:
        self._leader = {name: name for name in moved}
        every = {table.name for table in catalog.tables}
        self._all = {name: name for name in every}
        for table in catalog.tables:
            for other in (*(() if table.partition_of is None else (table.partition_of,)), *table.parents):
                self._join(table.name, other)
        for table, key in catalog.constraints(ConstraintKind.FOREIGN_KEY):
            if key.references is not None:
                self._join(table.name, key.references)
        for group in together:
            for other in group[1:]:
                self._join(group[0], other)

    def _root(self, name: TableName) -> TableName:
        while self._all[name] != name:
            self._all[name] = self._all[self._all[name]]
            name = self._all[name]
        return name

    def _join(self, one: TableName, other: TableName) -> None:
        if one in self._all and other in self._all:
            self._all[max(self._root(one), self._root(other))] = min(self._root(one), self._root(other))

    def groups(self) -> tuple[tuple[TableName, ...], ...]:
        """Of the moved tables alone; a parent that holds no rows joins its children and is in none."""
        found: dict[TableName, list[TableName]] = {}
        for name in sorted(self._leader):
            found.setdefault(self._root(name), []).append(name)
        return tuple(tuple(group) for group in found.values())

    def joined(self, one: TableName, other: TableName) -> bool:
        return one in self._all and other in self._all and self._root(one) == self._root(other)
