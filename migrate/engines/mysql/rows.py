"""Content of tables: counted, cut into chunks and hashed by the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from checks.facts import TableName
from migrate.engines.mysql import hashing, keys
from migrate.engines.mysql.connection import Connection, Connections
from migrate.engines.mysql.failures import NO_SUCH_OBJECT, PACKET_TOO_SMALL, failure
from migrate.engines.mysql.keys import Shape
from migrate.errors import MigrateError
from migrate.model.validation import Chunk, ChunkSum, Key

SAMPLED_PER_CHUNK = 200
ASKED_AT_ONCE = 1000


class MySqlRows:
    """Implements ports.database.Rows. Key columns come in the order of the index; hashes are decimal numbers.

    Keys are told apart by their text, not by the key's collation: a row asked for as `a` but stored as `A` is absent.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def columns(self, table: TableName) -> tuple[str, ...]:
        with self._connections.use() as connection:
            return tuple(column.name for column in self._shape(connection, table).columns)

    def key(self, table: TableName) -> tuple[str, ...]:
        with self._connections.use() as connection:
            return tuple(column.name for column in self._shape(connection, table).key)

    def count(self, table: TableName) -> int:
        with self._connections.use() as connection:
            return _count(connection, self._shape(connection, table))

    def chunks(self, table: TableName, rows_per_chunk: int) -> list[Chunk]:
        if rows_per_chunk < 1:
            raise ValueError("rows_per_chunk must be at least 1")
        with self._connections.use() as connection:
            shape = self._shape(connection, table)
            if not shape.key:
                return [Chunk(table, 0)]
            alike = hashing.ordered_key(shape)[0].sorts_alike
            edges = (_stepped if alike else _sampled)(connection, shape, rows_per_chunk)
        bounds: list[Key | None] = [None, *edges, None]
        return [Chunk(table, number, bounds[number], bounds[number + 1]) for number in range(len(bounds) - 1)]

    def checksum(self, chunk: Chunk) -> ChunkSum:
        with self._connections.use() as connection:
            shape = self._shape(connection, chunk.table)
            condition, parameters = hashing.condition(shape, chunk.low, chunk.high)
            [(rows, digest)] = connection.rows(hashing.checksum(shape, condition), parameters)
            if int(digest) >= hashing.OVERFLOW:
                raise self._too_large(chunk.table)
            return ChunkSum(int(rows), str(int(digest)))

    def hashes(self, chunk: Chunk) -> Iterator[tuple[Key, str]]:
        """As the port says, in no order, streamed as the server reads."""
        with self._connections.use() as connection:
            shape = self._shape(connection, chunk.table)
            condition, parameters = hashing.condition(shape, chunk.low, chunk.high)
            for *key, hash_ in connection.stream(hashing.hashes(shape, condition), parameters):
                if hash_ is None or key == [None]:
                    raise self._too_large(chunk.table)
                yield tuple(key), str(hash_)

    def hashes_of(self, table: TableName, keys: Iterable[Key]) -> dict[Key, str]:
        with self._connections.use() as connection:
            shape = self._shape(connection, table)
            if not shape.key:
                return self._groups_of(connection, shape, keys)
            found: dict[Key, str] = {}
            asked = iter(keys)
            while batch := list(islice(asked, ASKED_AT_ONCE)):
                wanted, known = hashing.wanted(shape, batch), set(batch)
                rows = connection.rows(hashing.hashes_of(shape), [wanted]) if wanted else []
                for *key, hash_ in rows:
                    if hash_ is None:
                        raise self._too_large(table)
                    if tuple(key) in known:
                        found[tuple(key)] = hash_
            return found

    def column_hashes(self, table: TableName, key: Key) -> dict[str, str]:
        """Empty for a table without a key, too."""
        with self._connections.use() as connection:
            shape = self._shape(connection, table)
            wanted = hashing.wanted(shape, [key]) if shape.key else []
            rows = connection.rows(hashing.column_hashes(shape), [wanted]) if wanted else []
            for row in rows:
                if row[: len(key)] == key:
                    values = row[len(key) :]
                    return {c.name: str(value) for c, value in zip(shape.columns, values, strict=True)}
            return {}

    def _groups_of(self, connection: Connection, shape: Shape, keys: Iterable[Key]) -> dict[Key, str]:
        wanted = set(keys)
        groups = connection.stream(hashing.hashes(shape, ""))
        return {(hash_,): str(count) for hash_, count in groups if (hash_,) in wanted}

    def _shape(self, connection: Connection, table: TableName) -> Shape:
        shape = keys.shape(connection, table)
        if shape is None:
            hint = "Was the schema copied, and the table not renamed since?"
            message = f"{self._connections.where}: there is no table {table}"
            raise failure(self._connections.side, NO_SUCH_OBJECT, message, hint=hint)
        return shape

    def _too_large(self, table: TableName) -> MigrateError:
        hint = "Raise max_allowed_packet on the server (at most 1 GiB); it counts for new connections."
        message = f"{self._connections.where}: {table} has a row larger than max_allowed_packet, which cannot be hashed"
        return failure(self._connections.side, PACKET_TOO_SMALL, message, hint=hint)


def _count(connection: Connection, shape: Shape) -> int:
    [(rows,)] = connection.rows(f"SELECT COUNT(*) FROM {shape.source}")
    return int(rows)


def _stepped(connection: Connection, shape: Shape, every: int) -> list[Key]:
    """Every `every`-th key along the index: one pass over it in all."""
    edges: list[Key] = []
    while True:
        query, parameters = hashing.next_boundary(shape, edges[-1] if edges else None, every)
        found = connection.rows(query, parameters)
        if not found:
            return edges
        edges.append(tuple(found[0]))


def _sampled(connection: Connection, shape: Shape, every: int) -> list[Key]:
    """Boundaries out of a random sample: no index sorts keys by the bytes of their text."""
    count = _count(connection, shape)
    chunks = min(hashing.COARSE_CHUNKS, -(-count // every))
    if chunks < 2:
        return []
    part = min(1.0, SAMPLED_PER_CHUNK * chunks / count)
    keys = [tuple(row) for row in connection.rows(hashing.sampled_keys(shape, part))]
    edges = (keys[len(keys) * number // chunks - 1] for number in range(1, chunks) if len(keys) >= chunks)
    return list(dict.fromkeys(edges))
