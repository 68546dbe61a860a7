"""Content of tables: counted, cut into chunks and hashed by the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any, Protocol

from checks.facts import TableName
from migrate.engines.failures import CANCELLED, NO_SUCH_OBJECT, NOT_PERMITTED, TOO_OLD, failure, timed_out
from migrate.engines.postgres import hashing, ranges, repair, shapes, values
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.questions import Questions, Stopped
from migrate.engines.postgres.ranges import Ordering, Parameters
from migrate.engines.postgres.shapes import Shape
from migrate.engines.postgres.snapshot import snapshot
from migrate.errors import SourceError, TargetError
from migrate.model.validation import Chunk, ChunkSum, Key, KeyOrder, TableShape

FETCHED = 5000
ASKED_AT_ONCE = 5000
REPAIRED_AT_ONCE = 500
SUMS_AT_ONCE = 1000
"""Chunks of one statement: the server's stack has to hold as many."""


class Lender(Protocol):
    """Lends connections: the pool, or a snapshot's sessions."""

    def use(self, *, statement_seconds: float = 0) -> AbstractContextManager[Connection]: ...


class PostgresRows:
    """Implements ports.database.Rows. Key columns come in the order of the index; hashes are signed decimal numbers."""

    def __init__(
        self,
        connections: Connections,
        lender: Lender | None = None,
        *,
        questions: Questions | None = None,
        statement_seconds: float = 0,
    ) -> None:
        self._connections = connections
        self._lender: Lender = lender or connections
        self._questions = questions or Questions()
        self._seconds = statement_seconds
        self._known = shapes.Known()

    def limited(self, statement_seconds: float) -> PostgresRows:
        return PostgresRows(
            self._connections, self._lender, questions=Questions(self._questions), statement_seconds=statement_seconds
        )

    @contextmanager
    def frozen(self, sessions: int) -> Iterator[PostgresRows]:
        with snapshot(self._connections, sessions) as moment:
            yield PostgresRows(
                self._connections, moment, questions=Questions(self._questions), statement_seconds=self._seconds
            )

    def cancel(self) -> None:
        self._questions.stop()

    def shapes(self, tables: Sequence[TableName]) -> dict[TableName, TableShape]:
        """Always asks the server, and what was known before is forgotten."""
        with self._asking() as connection:
            found = self._known.read(connection, tables, self._connections.where)
        return {table: shape.told for table, shape in found.items()}

    def count(self, table: TableName) -> int:
        with self._asking() as connection:
            row = connection.execute(f"SELECT count(*) FROM {self._shape(connection, table).source}").fetchone()
            assert row is not None
            return int(row[0])

    def chunks(
        self,
        table: TableName,
        rows_per_chunk: int,
        *,
        order: KeyOrder = KeyOrder.NATIVE,
        after: Key | None = None,
    ) -> Iterator[Chunk]:
        if rows_per_chunk < 1:
            raise ValueError("rows_per_chunk must be at least 1")
        bounds: list[Key | None] = [after, *self._edges(table, rows_per_chunk, order, after), None]
        for number in range(len(bounds) - 1):
            yield Chunk(table, number, bounds[number], bounds[number + 1], order)

    def _edges(self, table: TableName, rows_per_chunk: int, order: KeyOrder, after: Key | None) -> list[Key]:
        """Bounds between ranges, in order. A sample that takes the server too long is taken again, smaller."""
        most_blocks = ranges.SAMPLED_BLOCKS_MOST
        while True:
            try:
                with self._asking() as connection:
                    shape = self._shape(connection, table)
                    if not shape.key or shape.supposed_rows <= rows_per_chunk:
                        return []
                    ordering = self._ordering(connection, shape, order, after)
                    sample = ranges.sample(shape, ordering, rows_per_chunk, most_blocks)
                    query, parameters = ranges.boundaries(shape, ordering, after, sample)
                    return [tuple(edge) for edge in connection.execute(query, parameters)]
            except (SourceError, TargetError) as error:
                most_blocks //= 10
                if not timed_out(error) or most_blocks == 0:
                    raise

    def checksums(self, chunks: Sequence[Chunk]) -> list[ChunkSum]:
        sums = [ChunkSum(0, "0")] * len(chunks)
        numbered = list(enumerate(chunks))
        with self._asking() as connection:
            self._known.get(connection, {chunk.table for chunk in chunks}, self._connections.where)
            for start in range(0, len(chunks), SUMS_AT_ONCE):
                query, parameters = self._checksums(connection, numbered[start : start + SUMS_AT_ONCE])
                for place, rows, digest in connection.execute(query, parameters):
                    sums[place] = ChunkSum(rows, digest or "0")
        return sums

    def hashes(self, chunk: Chunk) -> Iterator[tuple[Key, str]]:
        """As the port says, in no order, streamed from a cursor on the server in one snapshot."""
        with self._lent() as connection:
            with self._questions.asked(connection):
                shape, parameters = self._shape(connection, chunk.table), Parameters()
                condition = self._within(connection, shape, chunk, parameters)
            with connection.transaction(), connection.cursor(name="aurora_migrate_hashes") as cursor:
                with self._questions.asked(connection):
                    cursor.execute(hashing.hashes(shape, condition), parameters.values)
                while True:
                    with self._questions.asked(connection):
                        rows = cursor.fetchmany(FETCHED)
                    if not rows:
                        return
                    yield from ((tuple(row[:-1]), row[-1]) for row in rows)

    def hashes_of(self, table: TableName, keys: Iterable[Key]) -> dict[Key, str]:
        wanted = iter(keys)
        found: dict[Key, str] = {}
        while batch := list(islice(wanted, ASKED_AT_ONCE)):
            with self._asking() as connection:
                found.update(_hashes_of(connection, self._shape(connection, table), batch))
        return found

    def column_hashes(self, table: TableName, keys: Sequence[Key]) -> dict[Key, dict[str, str]]:
        found: dict[Key, dict[str, str]] = {}
        for batch in _batches(keys):
            with self._asking() as connection:
                shape = self._shape(connection, table)
                if not shape.key:
                    return {}
                hashed = [f"{hashing.row_hash([column])}::text" for column in shape.columns]
                found |= _of_keys(connection, shape, hashed, batch)
        return found

    def values(self, table: TableName, keys: Sequence[Key], most_characters: int) -> dict[Key, dict[str, str | None]]:
        found: dict[Key, dict[str, str | None]] = {}
        for batch in _batches(keys):
            with self._asking() as connection:
                shape = self._shape(connection, table)
                if shape.key:
                    found |= _of_keys(connection, shape, values.printed(shape.columns, most_characters), batch)
                    continue
                query, hashes = values.of_groups(shape, most_characters), [key[0] for key in batch]
                for hash_, *row in connection.execute(query, [hashes]):
                    found[(hash_,)] = _named(shape, row)
        return found

    def extremes(self, table: TableName) -> dict[str, tuple[str | None, str | None]]:
        with self._asking() as connection:
            shape = self._shape(connection, table)
            columns = values.dated(shape)
            if not columns:
                return {}
            row = connection.execute(values.extremes(shape, columns)).fetchone()
            assert row is not None
            return {column.name: (row[2 * n], row[2 * n + 1]) for n, column in enumerate(columns)}

    def repair(self, table: TableName, keys: Sequence[Key]) -> Iterator[str]:
        """As the port says; an identity that is ALWAYS generated is inserted, never updated."""
        for batch in _batches(keys, REPAIRED_AT_ONCE):
            with self._asking() as connection:
                shape = self._shape(connection, table)
                statements = list(repair.statements(connection, shape, batch)) if shape.key else []
            yield from statements

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """A connection. Raises SourceError or TargetError, also when this asker was stopped."""
        try:
            with self._lender.use(statement_seconds=self._seconds) as connection:
                yield connection
        except Stopped:
            message = f"{self._connections.where}: the question was cancelled"
            raise failure(self._connections.side, CANCELLED, message) from None
        except (SourceError, TargetError):
            # The table may have been altered since its shape was read.
            self._known.forget()
            raise

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        with self._lent() as connection, self._questions.asked(connection):
            yield connection

    def _shape(self, connection: Connection, table: TableName) -> Shape:
        """The table's shape. Raises SourceError or TargetError for one that is not there or cannot be read in full."""
        shape = self._known.get(connection, [table], self._connections.where).get(table)
        side, where = self._connections.side, self._connections.where
        if shape is None:
            hint = "Was the schema copied, and the table not renamed since?"
            raise failure(side, NO_SUCH_OBJECT, f"{where}: there is no table {table}", hint=hint)
        if shape.problem:
            number = TOO_OLD if connection.info.server_version < shapes.OLDEST else NOT_PERMITTED
            raise failure(side, number, f"{where}: table {table}: {shape.problem}")
        return shape

    def _ordering(self, connection: Connection, shape: Shape, order: KeyOrder, *bounds: Key | None) -> Ordering:
        """How the table's key is compared. Raises SourceError or TargetError when the bounds are of another key."""
        if any(bound is not None and len(bound) != len(shape.key) for bound in bounds):
            message = f"{self._connections.where}: the key of {shape.table} is not the one that the range was made for"
            raise failure(self._connections.side, NO_SUCH_OBJECT, message, hint="Was the table altered meanwhile?")
        return Ordering(shape, order, connection.info.parameter_status("server_encoding") or "")

    def _within(self, connection: Connection, shape: Shape, chunk: Chunk, parameters: Parameters) -> str:
        ordering = self._ordering(connection, shape, chunk.order, chunk.low, chunk.high)
        return ordering.within(chunk.low, chunk.high, parameters)

    def _checksums(self, connection: Connection, chunks: Sequence[hashing.Numbered]) -> tuple[str, list[str | None]]:
        groups: dict[tuple[TableName, KeyOrder], list[hashing.Numbered]] = {}
        for place, chunk in chunks:
            groups.setdefault((chunk.table, chunk.order), []).append((place, chunk))
        parameters, queries = Parameters(), list[str]()
        for (table, order), group in groups.items():
            shape = self._shape(connection, table)
            bounds = (bound for _, chunk in group for bound in (chunk.low, chunk.high))
            ordering = self._ordering(connection, shape, order, *bounds) if shape.key else None
            queries += hashing.checksums(shape, ordering, group, parameters)
        return " UNION ALL ".join(queries), parameters.values


def _batches(keys: Sequence[Key], size: int = ASKED_AT_ONCE) -> Iterator[Sequence[Key]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


def _of_keys(
    connection: Connection, shape: Shape, expressions: Sequence[str], batch: Sequence[Key]
) -> dict[Key, dict[str, Any]]:
    """By key, one expression for each column of the shape."""
    rows = connection.execute(hashing.of_keys(shape, expressions), _arrays(batch))
    return {batch[place - 1]: _named(shape, row) for place, *row in rows}


def _named(shape: Shape, row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip((column.name for column in shape.columns), row, strict=True))


def _arrays(batch: Sequence[Key]) -> list[list[str | None]]:
    return [list(column) for column in zip(*batch, strict=True)]


def _hashes_of(connection: Connection, shape: Shape, batch: Sequence[Key]) -> dict[Key, str]:
    if not shape.key:
        hashes = [key[0] for key in batch]
        return {(hash_,): count for hash_, count in connection.execute(hashing.groups_of(shape), [hashes])}
    query = hashing.of_keys(shape, [f"{hashing.row_hash(shape.columns)}::text"])
    return {batch[place - 1]: hash_ for place, hash_ in connection.execute(query, _arrays(batch))}
