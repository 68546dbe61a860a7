"""Proof by content: what was compared, and what differed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from checks.facts import TableName
from migrate.model.database import Position
from migrate.model.json import Json

Key = tuple[str | None, ...]
"""Values of a table's key columns as the server prints them, in key order."""

KEYS_MAX = 2_000_000
"""Most keys of one table that are held of a log, some 400 MB: beyond, comparing the whole table is no dearer."""


class Verdict(StrEnum):
    MATCH = "match"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class DifferenceKind(StrEnum):
    MISSING_ON_TARGET = "missing_on_target"
    MISSING_ON_SOURCE = "missing_on_source"
    CHANGED = "changed"


class KeyOrder(StrEnum):
    """How the bounds of a key range are compared."""

    NATIVE = "native"
    """As the key's own index sorts: fast, and the same on both sides where their collations are the same."""
    BYTES = "bytes"
    """By the bytes of the key's text: alike on every server, but no index serves it."""


@dataclass(frozen=True)
class ColumnShape:
    """A column as the row hash sees it."""

    name: str
    form: str
    """How its values are put into the hash, e.g. `int8`, `text`, `numeric(12,2)`: equal values hash alike on both
    sides where the forms are equal. People read it, too: it is named where the sides differ."""


@dataclass(frozen=True, kw_only=True)
class TableShape:
    """What must be known of a table on one side before its rows are compared."""

    table: TableName
    columns: tuple[ColumnShape, ...]
    """By name."""
    key: tuple[str, ...]
    """Columns of the primary key, else of the smallest unique index over NOT NULL columns, in the index's order;
    empty where there is neither."""
    key_order: str = ""
    """What the native order of the key hangs on, e.g. a collation with its version; empty when on nothing."""
    rows: int = -1
    """As the server estimates; -1 when it does not know."""
    bytes: int = 0
    """On disk, about."""
    scattered: bool = False
    """Whether rows that follow one another in the key's order lie far apart on disk, so that a range costs nearly as
    much as the whole table: its ranges are then best summed up in one question, which reads the table once."""
    identity: str = ""
    """Another one when rows may have come, gone or changed without a trace in the log: the table was made anew,
    emptied or rewritten, a partition attached or dropped. Empty where the log tells of all that."""
    problem: str = ""
    """Why this side's rows cannot be read in full, e.g. no privilege, or a policy that hides rows; else empty."""


@dataclass(frozen=True)
class Chunk:
    """A half-open range of keys, `low < key <= high`; None is open-ended. A table without a key is one chunk."""

    table: TableName
    number: int
    low: Key | None = None
    high: Key | None = None
    order: KeyOrder = KeyOrder.NATIVE


@dataclass(frozen=True)
class ChunkSum:
    """Row count and an order-independent sum of 64-bit non-linear row hashes, computed by the server."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Load:
    """How busy a server is, beside what the toolkit itself does there."""

    active: int
    """Sessions that run a statement now."""
    longest_seconds: float
    """How long the longest of these statements has been running."""


@dataclass(frozen=True)
class Changes:
    """What a stretch of one side's log holds about some tables."""

    keys: Mapping[TableName, frozenset[Key] | None]
    """Keys of the rows that were touched; None for a table whose changes do not all carry a key, or that has more than
    KEYS_MAX of them: the whole table must be compared. Tables that nothing touched are absent."""
    through: Position
    """Every transaction that was committed up to here was read; some later ones may have been, too."""


@dataclass(frozen=True)
class Difference:
    table: TableName
    key: Key
    kind: DifferenceKind
    columns: tuple[str, ...] = ()
    values: tuple[ValuePair, ...] = field(default=(), repr=False)
    """Only where somebody asked to see them: they are the application's data."""


@dataclass(frozen=True)
class ValuePair:
    """One column of a row that differs, as each side prints it, cut. None is NULL, or that the row is not there."""

    column: str
    source: str | None
    target: str | None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Something other than the rows, compared beside them."""

    name: str
    verdict: Verdict
    reason: str
    """In one line: what was found, or why nothing is known."""
    details: tuple[str, ...] = ()
    decides: bool = True
    """Whether the verdict on the whole hangs on it; False for what only informs."""


@dataclass(frozen=True, kw_only=True)
class TableResult:
    table: TableName
    verdict: Verdict
    source_rows: int
    target_rows: int
    chunks: int
    key_columns: tuple[str, ...] = ()
    """What the keys of the differences are values of; empty for a table without a key: there a key is a row's hash."""
    differences: tuple[Difference, ...] = ()
    reason: str = ""
    """Why the verdict is unknown."""
    unfinished: bool = False
    """Unknown, but a later run may know: neither the table's shape nor an alteration stood in the way."""
    under_way: int = 0
    """Keys that differed when the rows were first read, and no longer: changes that had not arrived yet. The counts are
    of the first reading; of a match they differ only by these."""
    undecided: tuple[Key, ...] | None = None
    """Keys of the rows that kept changing, where nothing else is in doubt; None where more is, or nothing."""
    seconds: float = 0.0
    """What the servers took over the table's ranges, one after the other: waiting, and looking again, not counted."""
    position: Position | None = None
    """End of the feeding side's log before the table's first row was read: in a table that matches, every change
    committed up to here had arrived and was compared. Later ones may have come behind the comparison: they are what a
    delta proof from here on has to look at. None where the log could not tell, or nothing was read."""


@dataclass(frozen=True, kw_only=True)
class ValidationReport:
    verdict: Verdict
    tables: tuple[TableResult, ...]
    seconds: float
    scope: str = "full"
    """`full`, `tables` where only some of them were asked for, or `delta` for what either side touched since the last
    clean pass."""
    proofs: tuple[Proof, ...] = ()
    facts: dict[str, Json] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table.source_rows for table in self.tables)

    @property
    def differences(self) -> int:
        return sum(len(table.differences) for table in self.tables)
