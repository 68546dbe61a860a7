"""A selected table with both its sides: which column goes to which, and by what key rows are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic

from migrate.sandbox.dms.mappings import Selection
from migrate.sandbox.dms.worker.reporting import TableStatistics
from migrate.sandbox.dms.worker.tables import C, Table


@dataclass
class Route(Generic[C]):
    """One table's way. `target` is None while the target has no such table.

    `source` is the table as its rows are read, `aligned` as the target was last made to take it. A column that came
    since is left out: without captured DDL the definition read at the start goes on (dms.md §15; assumption).
    """

    selection: Selection
    source: Table[C]
    target: Table[C] | None
    statistics: TableStatistics
    suspended: bool = False
    aligned: Table[C] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.aligned = self.aligned or self.source

    def known(self, column: str) -> bool:
        """Whether the target was made to take the source's column."""
        return self.aligned is None or self.aligned.column(column) is not None

    @property
    def name(self) -> tuple[str, str]:
        """Schema and table on the source."""
        return self.source.schema, self.source.name

    @property
    def target_name(self) -> tuple[str, str]:
        """Schema and table on the target."""
        return self.selection.target_schema, self.selection.target_table

    def moved(self) -> list[tuple[C, str]]:
        """Source columns that are copied, with their names on the target.

        Generated columns are left out on both sides (assumption: what DMS does with them is unsourced, dms.md §12).
        """
        pairs: list[tuple[C, str]] = []
        for column in self.source.columns:
            name = self.selection.target_column(column.name)
            there = self.target.column(name) if self.target is not None and name is not None else None
            if (
                name is not None
                and self.known(column.name)
                and not column.generated
                and not (there is not None and there.generated)
            ):
                pairs.append((column, name))
        return pairs

    @property
    def key(self) -> tuple[str, ...]:
        """The source columns by which UPDATE and DELETE find a row: the identity's index, else the primary key.

        Beside an index that was named as the identity the log holds no old values of the primary key.
        """
        return self.source.identity or self.source.key

    @property
    def own_key(self) -> tuple[str, ...]:
        """What tells a row from another on both sides, whatever the log holds: the primary key, else `key`."""
        return self.source.key or self.key

    @property
    def whole_row(self) -> bool:
        """No key, but whole rows in the log: the old row is the key (a documented way for PostgreSQL, assumption)."""
        return not self.key and self.source.full_identity
