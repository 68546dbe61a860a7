"""Proof by content: what was compared, and what differed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from checks.facts import TableName
from migrate.model.json import Json

Key = tuple[str | None, ...]
"""Values of a table's key columns as the server prints them, in key order."""


class Verdict(StrEnum):
    MATCH = "match"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class DifferenceKind(StrEnum):
    MISSING_ON_TARGET = "missing_on_target"
    MISSING_ON_SOURCE = "missing_on_source"
    CHANGED = "changed"


@dataclass(frozen=True)
class Chunk:
    """A half-open range of keys, `low < key <= high`; None is open-ended. A table without a key is one chunk."""

    table: TableName
    number: int
    low: Key | None = None
    high: Key | None = None


@dataclass(frozen=True)
class ChunkSum:
    """Row count and an order-independent sum of 64-bit non-linear row hashes, computed by the server."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Difference:
    table: TableName
    key: Key
    kind: DifferenceKind
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TableResult:
    table: TableName
    verdict: Verdict
    source_rows: int
    target_rows: int
    chunks: int
    differences: tuple[Difference, ...] = ()
    reason: str = ""
    """Why the verdict is unknown."""


@dataclass(frozen=True, kw_only=True)
class ValidationReport:
    verdict: Verdict
    tables: tuple[TableResult, ...]
    seconds: float
    scope: str = "full"
    """`full`, or `delta` for what either side touched since the last clean pass."""
    facts: dict[str, Json] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table.source_rows for table in self.tables)

    @property
    def differences(self) -> int:
        return sum(len(table.differences) for table in self.tables)
