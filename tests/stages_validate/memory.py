"""Tables held in memory, behind the port: for stories about what is asked, how often, and what then fails."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import cast
from zlib import crc32

from checks.facts import TableName
from migrate.errors import MigrateError, SourceError, TargetError
from migrate.model.database import Position, Side
from migrate.model.progress import TableProgress
from migrate.model.validation import Chunk, ChunkSum, ColumnShape, Key, KeyOrder, Load, TableShape
from migrate.ports.database import Database

Question = tuple[str, Sequence[Chunk]]


def table(name: str) -> TableName:
    return TableName("public", name)


@dataclass
class MemoryTable:
    """Rows by their number; the key is the number as text. Without a key, the values alone count."""

    rows: dict[int, str]
    keyed: bool = True
    form: str = "text"
    columns: tuple[str, ...] = ("id", "value")
    key_order: str = ""
    problem: str = ""
    scattered: bool = False
    bytes_a_row: int = 100
    estimate: int | None = None

    def shape(self, name: TableName) -> TableShape:
        return TableShape(
            table=name,
            columns=tuple(ColumnShape(column, self.form) for column in self.columns),
            key=("id",) if self.keyed else (),
            key_order=self.key_order,
            rows=len(self.rows) if self.estimate is None else self.estimate,
            bytes=self.bytes_a_row * len(self.rows),
            problem=self.problem,
            scattered=self.scattered,
        )

    def hashes(self, chunk: Chunk) -> Iterator[tuple[Key, str]]:
        low = -(10**9) if chunk.low is None else int(chunk.low[0] or 0)
        high = None if chunk.high is None else int(chunk.high[0] or 0)
        within = {n: v for n, v in list(self.rows.items()) if n > low and (high is None or n <= high)}
        if self.keyed:
            return iter([((str(n),), str(crc32(f"{n}|{value}".encode()))) for n, value in within.items()])
        counted = Counter(str(crc32(value.encode())) for value in within.values())
        return iter([((hash_,), str(count)) for hash_, count in counted.items()])


@dataclass
class MemoryRows:
    """One side. `before` sees every question and may raise, or take its time."""

    side: Side
    tables: dict[TableName, MemoryTable]
    asked: list[Question] = field(default_factory=list)
    before: Callable[[Question], None] = lambda question: None
    cancelled: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_once: int = 0
    most_at_once: int = 0

    def failure(self, number: int, *, retryable: bool = False) -> MigrateError:
        if self.side is Side.SOURCE:
            return SourceError(f"the source refused {number}", code=f"SRC-{number}", retryable=retryable)
        return TargetError(f"the target refused {number}", code=f"TGT-{number}", retryable=retryable)

    def questions(self, kind: str) -> list[Sequence[Chunk]]:
        return [chunks for asked, chunks in self.asked if asked == kind]

    @contextmanager
    def _asking(self, kind: str, chunks: Sequence[Chunk] = ()) -> Iterator[None]:
        with self.lock:
            self.asked.append((kind, chunks))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.cancelled.is_set():
                raise self.failure(152)
            self.before((kind, chunks))
            yield
        finally:
            with self.lock:
                self.at_once -= 1

    def limited(self, statement_seconds: float) -> MemoryRows:
        return self

    @contextmanager
    def frozen(self, sessions: int) -> Iterator[MemoryRows]:
        copied = {name: replace(one, rows=dict(one.rows)) for name, one in self.tables.items()}
        yield replace(self, tables=copied)

    def cancel(self) -> None:
        self.cancelled.set()

    def shapes(self, tables: Sequence[TableName]) -> dict[TableName, TableShape]:
        with self._asking("shapes"):
            return {name: self.tables[name].shape(name) for name in tables if name in self.tables}

    def count(self, table: TableName) -> int:
        return len(self.tables[table].rows)

    def chunks(
        self, table: TableName, rows_per_chunk: int, *, order: KeyOrder = KeyOrder.NATIVE, after: Key | None = None
    ) -> Iterator[Chunk]:
        with self._asking("chunks"):
            held = self.tables[table]
            above = sorted(n for n in held.rows if after is None or n > int(after[0] or 0)) if held.keyed else []
        edges = above[rows_per_chunk - 1 :: rows_per_chunk]
        bounds: list[Key | None] = [after, *((str(edge),) for edge in edges), None]
        for number in range(len(bounds) - 1):
            yield Chunk(table, number, bounds[number], bounds[number + 1], order)

    def checksums(self, chunks: Sequence[Chunk]) -> list[ChunkSum]:
        with self._asking("checksums", chunks):
            return [self._sum(chunk) for chunk in chunks]

    def _sum(self, chunk: Chunk) -> ChunkSum:
        hashes = list(self.tables[chunk.table].hashes(chunk))
        if self.tables[chunk.table].keyed:
            return ChunkSum(len(hashes), str(sum(int(hash_) for _, hash_ in hashes)))
        counts = [(int(key[0] or 0), int(count)) for key, count in hashes]
        return ChunkSum(sum(n for _, n in counts), str(sum(hash_ * n for hash_, n in counts)))

    def hashes(self, chunk: Chunk) -> Iterator[tuple[Key, str]]:
        with self._asking("hashes", [chunk]):
            yield from self.tables[chunk.table].hashes(chunk)

    def hashes_of(self, table: TableName, keys: Iterable[Key]) -> dict[Key, str]:
        with self._asking("hashes_of"):
            found = dict(self.tables[table].hashes(Chunk(table, 0)))
            return {key: found[key] for key in keys if key in found}

    def column_hashes(self, table: TableName, keys: Sequence[Key]) -> dict[Key, dict[str, str]]:
        with self._asking("column_hashes"):
            rows = self.tables[table].rows
            return {key: {"value": rows[int(key[0] or 0)]} for key in keys if int(key[0] or 0) in rows}


@dataclass
class MemoryDatabase:
    """As much of a database as a comparison asks for."""

    rows: MemoryRows
    ends_at: Position | None = field(default_factory=lambda: Position("17"))
    busy: Load = field(default_factory=lambda: Load(0, 0.0))

    @property
    def log(self) -> MemoryDatabase:
        return self

    @property
    def activity(self) -> MemoryDatabase:
        return self

    def position(self) -> Position:
        if self.ends_at is None:
            raise self.rows.failure(117)
        return self.ends_at

    def load(self) -> Load:
        return self.busy


@dataclass
class MemoryProgress:
    """Implements ports.progress.Progress."""

    kept: dict[TableName, TableProgress] = field(default_factory=dict)
    saved: int = 0

    def load(self) -> Mapping[TableName, TableProgress]:
        return dict(self.kept)

    def save(self, moved: Mapping[TableName, TableProgress]) -> None:
        self.kept.update(moved)
        self.saved += 1


def as_database(database: MemoryDatabase) -> Database:
    """The parts that are missing are not asked for."""
    return cast(Database, database)
