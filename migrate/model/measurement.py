"""What was measured of a source, read-only, for a plan to rest on. Lengths and counts alone, never a value."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts import RunStatement, TableName


@dataclass(frozen=True, kw_only=True)
class LobSize:
    """Lengths of one LOB column's values, in bytes."""

    table: TableName
    column: str
    rows: int
    """How many values were looked at."""
    longest: int
    p99: int
    exact: bool
    """Every row was looked at; else the longest is only that of a sample."""


@dataclass(frozen=True, kw_only=True)
class TableWrites:
    """Rows that were written to one table, as the server counted them."""

    table: TableName
    inserts: int = 0
    updates: int = 0
    deletes: int = 0

    @property
    def total(self) -> int:
        return self.inserts + self.updates + self.deletes

    def since(self, earlier: TableWrites) -> TableWrites:
        return TableWrites(
            table=self.table,
            inserts=max(0, self.inserts - earlier.inserts),
            updates=max(0, self.updates - earlier.updates),
            deletes=max(0, self.deletes - earlier.deletes),
        )


@dataclass(frozen=True)
class WriteCounts:
    """Counts since the server began to count; `seconds` ago, None where it does not say when that was."""

    tables: tuple[TableWrites, ...]
    seconds: float | None


@dataclass(frozen=True)
class RunStatements:
    """What a server counted of what was run."""

    seen: tuple[RunStatement, ...] | None
    """None where nothing is known."""
    unknown: str = ""
    """Why nothing, or not everything, is known: words that follow "unknown:"."""


@dataclass(frozen=True, kw_only=True)
class ServerSize:
    """How large a server is by its own word. What a machine has of CPU and memory it does not tell."""

    cache_bytes: int
    """shared_buffers, innodb_buffer_pool_size."""
    data_bytes: int
    """Tables and indexes of every database that this login may see."""
    sessions: int
    """Most at one time since the server started, where `peak`; else those of now."""
    peak: bool
    session_limit: int
    """max_connections."""
    hit_ratio: float | None
    """Share of page reads that the cache answered since the statistics began; None where nothing was read."""


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """Empty is "not measured", never "nothing"."""

    lobs: tuple[LobSize, ...] = ()
    writes: tuple[TableWrites, ...] | None = None
    """None where the server does not count them, or this login may not see it."""
    seconds: float | None = None
    """How long `writes` took to come together; None where that cannot be told: then they are no rate."""
    basis: str = "not measured"
    """How `writes` was measured, in words."""
    cuts: tuple[tuple[TableName, str, tuple[str, ...]], ...] = ()
    """Table, column and values of it that cut the table into about equal ranges."""
    unmeasured: tuple[str, ...] = ()
    """What could not be measured, and why, one line each."""

    def rate(self, table: TableName) -> float | None:
        """Rows written a second; None where that is unknown."""
        if self.writes is None or not self.seconds:
            return None
        return sum(one.total for one in self.writes if one.table == table) / self.seconds

    def written(self, table: TableName) -> TableWrites | None:
        return next((one for one in self.writes or () if one.table == table), None)
