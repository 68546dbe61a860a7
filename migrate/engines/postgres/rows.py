"""Content of tables: counted, cut into chunks and hashed by the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from checks.facts import TableName
from migrate.engines.postgres import hashing, keys
from migrate.engines.postgres.connection import Connection, Connections
from migrate.engines.postgres.failures import NO_SUCH_OBJECT, TOO_OLD, failure
from migrate.engines.postgres.keys import Shape
from migrate.model.validation import Chunk, ChunkSum, Key

OLDEST = 110000
"""server_version_num of the first version with a 64-bit text hash."""
SAMPLED_FROM = 2_000_000
SAMPLED_PER_CHUNK = 200
FETCHED = 5000
ASKED_AT_ONCE = 5000


class PostgresRows:
    """Implements ports.database.Rows. Key columns come in the order of the index; hashes are signed decimal numbers."""

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
            row = connection.execute(f"SELECT count(*) FROM {self._shape(connection, table).source}").fetchone()
            assert row is not None
            return int(row[0])

    def chunks(self, table: TableName, rows_per_chunk: int) -> list[Chunk]:
        if rows_per_chunk < 1:
            raise ValueError("rows_per_chunk must be at least 1")
        with self._connections.use() as connection:
            shape = self._shape(connection, table)
            if not shape.key:
                return [Chunk(table, 0)]
            every, percent = rows_per_chunk, None
            if not hashing.ordered_key(shape)[0].sorts_alike:
                row = connection.execute(f"SELECT count(*) FROM {shape.source}").fetchone()
                assert row is not None
                every = max(every, -(-int(row[0]) // hashing.COARSE_CHUNKS))
            elif not shape.partitioned and shape.estimate > SAMPLED_FROM and every > 10 * SAMPLED_PER_CHUNK:
                every, percent = SAMPLED_PER_CHUNK, 100 * SAMPLED_PER_CHUNK / every
            edges = connection.execute(hashing.boundaries(shape, every, percent)).fetchall()
        bounds: list[Key | None] = [None, *(tuple(edge) for edge in edges), None]
        return [Chunk(table, number, bounds[number], bounds[number + 1]) for number in range(len(bounds) - 1)]

    def checksum(self, chunk: Chunk) -> ChunkSum:
        with self._connections.use() as connection:
            shape = self._shape(connection, chunk.table)
            condition, parameters = hashing.condition(shape, chunk.low, chunk.high)
            row = connection.execute(hashing.checksum(shape, condition), parameters).fetchone()
            assert row is not None
            return ChunkSum(int(row[0]), str(row[1]))

    def hashes(self, chunk: Chunk) -> Iterator[tuple[Key, str]]:
        """As the port says, in no order, streamed from a cursor on the server in one snapshot."""
        with self._connections.use() as connection:
            shape = self._shape(connection, chunk.table)
            condition, parameters = hashing.condition(shape, chunk.low, chunk.high)
            with connection.transaction(), connection.cursor(name="aurora_migrate_hashes") as cursor:
                cursor.itersize = FETCHED
                cursor.execute(hashing.hashes(shape, condition), parameters)
                for row in cursor:
                    yield tuple(row[:-1]), row[-1]

    def hashes_of(self, table: TableName, keys: Iterable[Key]) -> dict[Key, str]:
        wanted = iter(keys)
        found: dict[Key, str] = {}
        with self._connections.use() as connection:
            shape = self._shape(connection, table)
            while batch := list(islice(wanted, ASKED_AT_ONCE)):
                found.update(_hashes_of(connection, shape, batch))
        return found

    def column_hashes(self, table: TableName, key: Key) -> dict[str, str]:
        """Empty for a table without a key, too."""
        with self._connections.use() as connection:
            shape = self._shape(connection, table)
            if not shape.key:
                return {}
            row = connection.execute(hashing.column_hashes(shape), key).fetchone()
            return {} if row is None else dict(zip((c.name for c in shape.columns), row, strict=True))

    def _shape(self, connection: Connection, table: TableName) -> Shape:
        side, where = self._connections.side, self._connections.where
        if connection.info.server_version < OLDEST:
            hint = "Compare the rows by other means, or upgrade the server first."
            raise failure(side, TOO_OLD, f"{where}: hashing rows needs PostgreSQL 11 or later", hint=hint)
        shape = keys.shape(connection, table)
        if shape is None:
            hint = "Was the schema copied, and the table not renamed since?"
            raise failure(side, NO_SUCH_OBJECT, f"{where}: there is no table {table}", hint=hint)
        return shape


def _hashes_of(connection: Connection, shape: Shape, batch: Sequence[Key]) -> dict[Key, str]:
    if not shape.key:
        hashes = [key[0] for key in batch]
        return {(hash_,): count for hash_, count in connection.execute(hashing.groups_of(shape), [hashes])}
    arrays = [list(column) for column in zip(*batch, strict=True)]
    return {batch[place - 1]: hash_ for place, hash_ in connection.execute(hashing.hashes_of(shape), arrays)}
