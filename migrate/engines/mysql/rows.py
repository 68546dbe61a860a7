"""Content of tables: counted, cut into chunks and hashed by the server."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any, Protocol

from checks.facts import TableName
from migrate.engines.failures import CANCELLED, NO_SUCH_OBJECT, NOT_PERMITTED, TOO_LARGE, failure
from migrate.engines.mysql import cuts, hashing, repair, shapes, values
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.keys import Shape
from migrate.engines.mysql.questions import Questions, Stopped
from migrate.engines.mysql.ranges import Ordering
from migrate.engines.mysql.server_version import ServerVersion
from migrate.engines.mysql.snapshot import snapshot
from migrate.errors import MigrateError, SourceError, TargetError
from migrate.model.validation import Chunk, ChunkSum, Key, KeyOrder, TableShape

ASKED_AT_ONCE = 1000
SUMS_AT_ONCE = 200
"""Chunks of one statement: the server has to parse, and to hold open, as many tables."""


class Lender(Protocol):
    """Lends connections: the pool, or a snapshot's sessions."""

    def use(self) -> AbstractContextManager[Connection]: ...


class MySqlRows:
    """Implements ports.database.Rows. Key columns come in the order of the index; hashes are decimal numbers.

    Keys are told apart by their text, not by the key's collation: a row asked for as `a` but stored as `A` is absent.
    """

    def __init__(
        self,
        connections: Connections,
        lender: Lender | None = None,
        *,
        questions: Questions | None = None,
        known: shapes.Known | None = None,
        statement_seconds: float = 0,
    ) -> None:
        self._connections = connections
        self._lender: Lender = lender or connections
        self._questions = questions or Questions()
        self._known = known or shapes.Known()
        self._seconds = statement_seconds

    def limited(self, statement_seconds: float) -> MySqlRows:
        return self._derived(self._lender, statement_seconds)

    @contextmanager
    def frozen(self, sessions: int) -> Iterator[MySqlRows]:
        with snapshot(self._connections, sessions) as moment:
            yield self._derived(moment, self._seconds)

    def cancel(self) -> None:
        self._questions.stop(self._connections)

    def shapes(self, tables: Sequence[TableName]) -> dict[TableName, TableShape]:
        """Always asks the server, and what was known before is forgotten."""
        with self._asking() as connection:
            known = self._known.read(connection, tables).values()
            return shapes.told(connection, known, self._connections.where, moment=self._moment)

    def count(self, table: TableName) -> int:
        with self._asking() as connection:
            [(rows,)] = self._rows(connection, f"SELECT COUNT(*) FROM {self._shape(connection, table).source}")
            return int(rows)

    def chunks(
        self,
        table: TableName,
        rows_per_chunk: int,
        *,
        order: KeyOrder = KeyOrder.NATIVE,
        after: Key | None = None,
    ) -> Iterator[Chunk]:
        """As the port says. Ranges are by bytes, whatever was asked for, where no index sorts the key at all."""
        if rows_per_chunk < 1:
            raise ValueError("rows_per_chunk must be at least 1")
        with self._asking() as connection:
            shape = self._shape(connection, table)
        low, number = after, 0
        if shape.key:
            if not Ordering(shape, order).columns:
                order = KeyOrder.BYTES
            if shape.rows > rows_per_chunk:
                for number, edge in enumerate(cuts.edges(self._ask, Ordering(shape, order), rows_per_chunk, after), 1):
                    yield Chunk(table, number - 1, low, edge, order)
                    low = edge
        yield Chunk(table, number, low, None, order)

    def checksums(self, chunks: Sequence[Chunk]) -> list[ChunkSum]:
        sums = [ChunkSum(0, "0")] * len(chunks)
        numbered = list(enumerate(chunks))
        with self._asking() as connection:
            self._known.get(connection, {chunk.table for chunk in chunks})
            for start in range(0, len(chunks), SUMS_AT_ONCE):
                query, parameters = self._checksums(connection, numbered[start : start + SUMS_AT_ONCE])
                for place, rows, digest in self._rows(connection, query, parameters):
                    if int(digest) >= hashing.OVERFLOW:
                        raise self._too_large(chunks[place].table)
                    sums[place] = ChunkSum(int(rows), str(int(digest)))
        return sums

    def hashes(self, chunk: Chunk) -> Iterator[tuple[Key, str]]:
        """As the port says, in no order, streamed as the server reads."""
        with self._lent() as connection:
            with self._questions.asked(connection):
                shape = self._shape(connection, chunk.table)
                condition, parameters = self._within(shape, chunk)
                query = limited(hashing.hashes(shape, condition), self._seconds, connection.server)
            batches = connection.batches(query, parameters)
            while True:
                with self._questions.asked(connection):
                    batch = next(batches, None)
                if batch is None:
                    return
                for *key, hash_ in batch:
                    if hash_ is None or key == [None]:
                        raise self._too_large(chunk.table)
                    yield tuple(key), str(hash_)

    def hashes_of(self, table: TableName, keys: Iterable[Key]) -> dict[Key, str]:
        found: dict[Key, str] = {}
        asked = iter(keys)
        while batch := list(islice(asked, ASKED_AT_ONCE)):
            with self._asking() as connection:
                shape = self._shape(connection, table)
                if shape.key:
                    found |= {key: hash_ for key, (hash_,) in self._hashed(connection, shape, batch, [shape.columns])}
                    continue
            wanted = {*batch, *asked}
            return {key: count for key, count in self.hashes(Chunk(table, 0)) if key in wanted}
        return found

    def column_hashes(self, table: TableName, keys: Sequence[Key]) -> dict[Key, dict[str, str]]:
        found: dict[Key, dict[str, str]] = {}
        for batch in _batches(keys):
            with self._asking() as connection:
                shape = self._shape(connection, table)
                if not shape.key:
                    return {}
                names, single = [column.name for column in shape.columns], [[column] for column in shape.columns]
                for key, row in self._hashed(connection, shape, batch, single):
                    found[key] = dict(zip(names, row, strict=True))
        return found

    def values(self, table: TableName, keys: Sequence[Key], most_characters: int) -> dict[Key, dict[str, str | None]]:
        found: dict[Key, dict[str, str | None]] = {}
        for batch in _batches(keys):
            with self._asking() as connection:
                shape = self._shape(connection, table)
                if shape.key:
                    rows = self._of_keys(connection, shape, batch, values.printed(shape.columns, most_characters))
                else:
                    query = values.of_groups(shape, most_characters)
                    groups = self._rows(connection, query, [[key[0] for key in batch]])
                    rows = [((str(hash_),), tuple(row)) for hash_, *row in groups]
                for key, row in rows:
                    found[key] = dict(zip((column.name for column in shape.columns), row, strict=True))
        return found

    def extremes(self, table: TableName) -> dict[str, tuple[str | None, str | None]]:
        with self._asking() as connection:
            shape = self._shape(connection, table)
            columns = values.dated(shape)
            if not columns:
                return {}
            [row] = self._rows(connection, values.extremes(shape, columns))
            return {column.name: (row[2 * n], row[2 * n + 1]) for n, column in enumerate(columns)}

    def repair(self, table: TableName, keys: Sequence[Key]) -> Iterator[str]:
        """As the port says; the first statement settles the session for the others."""
        for number, batch in enumerate(_batches(keys)):
            with self._asking() as connection:
                shape = self._shape(connection, table)
                told = list(repair.statements(connection, shape, batch)) if shape.key else []
            statements = [one for one in told if one is not None]
            if len(statements) < len(told):
                raise self._too_large(table)
            if statements and number == 0:
                yield repair.SESSION
            yield from statements

    def _derived(self, lender: Lender, seconds: float) -> MySqlRows:
        questions = Questions(self._questions)
        return MySqlRows(self._connections, lender, questions=questions, known=self._known, statement_seconds=seconds)

    @property
    def _moment(self) -> bool:
        """Whether these are the rows of one moment."""
        return self._lender is not self._connections

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """A connection. Raises SourceError or TargetError, also when this asker was stopped."""
        try:
            with self._lender.use() as connection:
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

    def _ask(self, query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._asking() as connection:
            return self._rows(connection, query, parameters)

    def _rows(self, connection: Connection, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return connection.rows(limited(query, self._seconds, connection.server), parameters)

    def _shape(self, connection: Connection, table: TableName) -> Shape:
        """The table's shape. Raises SourceError or TargetError for one that is not there or cannot be read in full."""
        shape = self._known.get(connection, [table]).get(table)
        side, where = self._connections.side, self._connections.where
        if shape is None:
            hint = "Was the schema copied, and the table not renamed since?"
            raise failure(side, NO_SUCH_OBJECT, f"{where}: there is no table {table}", hint=hint)
        if problem := shapes.problem(shape, connection.server, moment=self._moment):
            raise failure(side, NOT_PERMITTED, f"{where}: table {table}: {problem}")
        return shape

    def _within(self, shape: Shape, chunk: Chunk) -> tuple[str, list[Any]]:
        """Condition of the chunk. Raises SourceError or TargetError when its bounds are of another key."""
        if chunk.low is None and chunk.high is None:
            return "", []
        try:
            return Ordering(shape, chunk.order).within(chunk.low, chunk.high)
        except ValueError:
            message = f"{self._connections.where}: the key of {shape.table} is not the one that the range was made for"
            hint = "Was the table altered meanwhile?"
            raise failure(self._connections.side, NO_SUCH_OBJECT, message, hint=hint) from None

    def _checksums(self, connection: Connection, chunks: Sequence[tuple[int, Chunk]]) -> tuple[str, list[Any]]:
        groups: dict[tuple[TableName, KeyOrder], list[tuple[int, Chunk]]] = {}
        for place, chunk in chunks:
            groups.setdefault((chunk.table, chunk.order), []).append((place, chunk))
        queries, parameters = list[str](), list[Any]()
        for (table, order), group in groups.items():
            shape = self._shape(connection, table)
            conditions = [(place, *self._within(shape, chunk)) for place, chunk in group]
            by_bytes = bool(shape.key) and Ordering(shape, order).by_bytes
            more, bounds = hashing.checksums(shape, conditions, one_scan=by_bytes)
            queries += more
            parameters += bounds
        return " UNION ALL ".join(queries), parameters

    def _hashed(
        self, connection: Connection, shape: Shape, batch: Sequence[Key], hashed: Sequence[Sequence[Any]]
    ) -> Iterator[tuple[Key, tuple[str, ...]]]:
        """By key, one hash for each group of columns."""
        expressions = [hashing.row_hash(columns) for columns in hashed]
        for key, row in self._of_keys(connection, shape, batch, expressions):
            if None in row:
                raise self._too_large(shape.table)
            yield key, tuple(map(str, row))

    def _of_keys(
        self, connection: Connection, shape: Shape, batch: Sequence[Key], expressions: Sequence[str]
    ) -> list[tuple[Key, tuple[Any, ...]]]:
        wanted, asked, width = hashing.wanted(shape, batch), set(batch), len(shape.key)
        rows = self._rows(connection, hashing.of_keys(shape, expressions), [wanted]) if wanted else []
        return [(row[:width], row[width:]) for row in rows if row[:width] in asked]

    def _too_large(self, table: TableName) -> MigrateError:
        hint = "Raise max_allowed_packet on the server (at most 1 GiB); it counts for new connections."
        what = "a row larger than max_allowed_packet, which cannot be hashed or told"
        message = f"{self._connections.where}: {table} has {what}"
        return failure(self._connections.side, TOO_LARGE, message, hint=hint)


def limited(query: str, seconds: float, server: ServerVersion) -> str:
    """The query such that the server ends it after `seconds`; without a limit for 0."""
    if not seconds or not query.startswith("SELECT "):
        return query
    if server.mariadb:
        return f"SET STATEMENT max_statement_time = {seconds:.6f} FOR {query}"
    return f"SELECT /*+ MAX_EXECUTION_TIME({max(1, math.ceil(seconds * 1000))}) */ {query.removeprefix('SELECT ')}"


def _batches(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    return (keys[start : start + ASKED_AT_ONCE] for start in range(0, len(keys), ASKED_AT_ONCE))
