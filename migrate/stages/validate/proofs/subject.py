"""What the proofs look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from checks.facts import Catalog, TableName
from migrate.model.database import Side
from migrate.model.replication import TableStatistics
from migrate.model.validation import TableResult
from migrate.ports.database import Database


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Both sides, and what the comparison of their rows gave."""

    source: Database
    target: Database
    results: tuple[TableResult, ...]
    feeding: Side = Side.SOURCE
    """The side that the other one was copied from: the other one is what will be written next."""
    schemas: Sequence[str] = ()
    """Schemas to look at; empty is all of the user's."""
    only: frozenset[TableName] | None = None
    """The tables that were asked for, where not all were."""
    raised_later: bool = False
    """Whether a later step raises the counters of the other side before it is written."""
    statistics: Callable[[], Sequence[TableStatistics]] | None = None
    """What DMS says of its tables; None where there is no DMS."""

    @property
    def leaving(self) -> Database:
        return self.source if self.feeding is Side.SOURCE else self.target

    @property
    def arriving(self) -> Database:
        return self.target if self.feeding is Side.SOURCE else self.source

    @property
    def names(self) -> tuple[str, str]:
        """What the leaving and the arriving side are called."""
        return self.feeding.value, self.feeding.other.value

    @cached_property
    def catalogs(self) -> tuple[Catalog, Catalog]:
        """Of the leaving and of the arriving side, the source's as it looks on a target. Read once."""
        catalogs = {
            Side.SOURCE: self.source.schema.copied(self.source.catalog(self.schemas)),
            Side.TARGET: self.target.catalog(self.schemas),
        }
        return catalogs[self.feeding], catalogs[self.feeding.other]
