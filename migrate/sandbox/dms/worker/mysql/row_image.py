"""Row images of the log, decoded by a plan per table that is made once: from the table map and the source's catalog.

The table map tells how each value is stored; which column it is, its sign, labels and character set are the catalog's,
for servers do not log them unless binlog_row_metadata is FULL.
"""

from __future__ import annotations

import ipaddress
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from migrate.sandbox.dms.worker.changes import Row, Value
from migrate.sandbox.dms.worker.mysql import jsonb, values
from migrate.sandbox.dms.worker.mysql.catalog import Column, Table
from migrate.sandbox.dms.worker.mysql.packing import lenenc

_TINY, _SHORT, _LONG, _FLOAT, _DOUBLE, _TIMESTAMP = 1, 2, 3, 4, 5, 7
_LONGLONG, _INT24, _DATE, _TIME, _DATETIME, _YEAR, _NEWDATE = 8, 9, 10, 11, 12, 13, 14
_VARCHAR, _BIT, _TIMESTAMP2, _DATETIME2, _TIME2 = 15, 16, 17, 18, 19
_BLOB_COMPRESSED, _VARCHAR_COMPRESSED, _VECTOR = 140, 141, 242
_JSON, _NEWDECIMAL, _ENUM, _SET, _BLOB, _VAR_STRING, _STRING, _GEOMETRY = 245, 246, 247, 248, 252, 253, 254, 255

_INTEGER_SIZES = {_TINY: 1, _SHORT: 2, _INT24: 3, _LONG: 4, _LONGLONG: 8}
_METADATA_SIZES = {
    **dict.fromkeys((_FLOAT, _DOUBLE, _TIMESTAMP2, _DATETIME2, _TIME2), 1),
    **dict.fromkeys((_BLOB, _JSON, _GEOMETRY, _VECTOR, _BLOB_COMPRESSED), 1),
    **dict.fromkeys((_VARCHAR, _VAR_STRING, _STRING, _NEWDECIMAL, _BIT, _VARCHAR_COMPRESSED, _ENUM, _SET), 2),
}


_NO_END = {b"2038-01-19 03:14:07.999999", b"2106-02-07 06:28:15.999999", b"18446744073709551615"}
"""The end of time of a versioned row: timestamps before and since MariaDB 11.5, transaction ids."""


class ImageError(Exception):
    """A row of the log cannot be read by what is known of its table."""


class ForeignLayoutError(ImageError):
    """The log shows another layout of the table than the catalog: it was altered in between."""


@dataclass(frozen=True)
class TableMap:
    """A table map event: how the rows that follow are stored."""

    schema: str
    table: str
    types: bytes
    metadata: tuple[bytes, ...]

    @classmethod
    def parse(cls, body: bytes) -> TableMap:
        """Read the event's body, from the database's name on."""
        size = body[0]
        schema = body[1 : 1 + size].decode()
        at = size + 2
        size = body[at]
        table = body[at + 1 : at + 1 + size].decode()
        count, at = lenenc(body, at + size + 2)
        types = body[at : at + count]
        _, at = lenenc(body, at + count)
        metadata: list[bytes] = []
        for kind in types:
            size = _METADATA_SIZES.get(kind, 0)
            metadata.append(body[at : at + size])
            at += size
        return cls(schema, table, types, tuple(metadata))


class Plan:
    """How the rows of one table map are read. Raises ForeignLayoutError when the catalog's table is another one."""

    def __init__(self, layout: TableMap, table: Table) -> None:
        times = 2 if table.versioned and len(layout.types) == len(table.columns) + table.hashes + 2 else 0
        hidden = times + table.hashes
        if len(layout.types) != len(table.columns) + hidden:
            raise ForeignLayoutError(
                f"the log shows {len(layout.types)} columns of table '{table.schema}'.'{table.name}', the catalog"
                f" {len(table.columns)}"
            )
        self.name = (layout.schema, layout.table)
        self.columns = tuple(column.name.encode() for column in table.columns)
        self._count = len(layout.types)
        self._bitmap = (self._count + 7) // 8
        self._optional = {at for at, column in enumerate(table.columns) if column.generated}
        self._optional |= set(range(len(table.columns), self._count))
        self._readers = [
            _reader(kind, metadata, table.columns[at] if at < len(table.columns) else None)
            for at, (kind, metadata) in enumerate(zip(layout.types, layout.metadata, strict=True))
        ]
        explicit = [at for at, column in enumerate(table.columns) if column.row_end]
        self._row_end = explicit[0] if explicit else len(table.columns) + 1 if times else None
        self._full = (1 << self._count) - 1
        self._all = [(1 << at, reader) for at, reader in enumerate(self._readers)]

    @property
    def bitmap_bytes(self) -> int:
        """Bytes of the bitmap of a row's columns."""
        return self._bitmap

    @property
    def versioned(self) -> bool:
        """Whether the log also holds rows of the past."""
        return self._row_end is not None

    def current(self, row: Row | None) -> bool:
        """Whether a row of a versioned table is of the present: its time has no end."""
        return row is not None and self._row_end is not None and row.values[self._row_end] in _NO_END

    def present(self, bitmap: bytes) -> list[int] | None:
        """The columns an image holds; None for all. Raises ImageError when more than generated ones are missing."""
        there = int.from_bytes(bitmap, "little") & self._full
        if there == self._full:
            return None
        places = [at for at in range(self._count) if there >> at & 1]
        if set(range(self._count)) - set(places) - self._optional:
            raise ImageError(
                f"the log holds only some columns of table '{self.name[0]}'.'{self.name[1]}':"
                " binlog_row_image is not FULL"
            )
        return places

    def row(self, data: bytes, at: int, present: list[int] | None) -> tuple[Row, int]:
        """One row image at an offset, and the offset behind it."""
        if present is not None:
            return self._sparse(data, at, present)
        end = at + self._bitmap
        nulls = int.from_bytes(data[at:end], "little")
        at = end
        row: list[Value] = []
        add = row.append
        for bit, read in self._all:
            if nulls & bit:
                add(None)
            else:
                value, at = read(data, at)
                add(value)
        return Row(self.columns, row), at

    def _sparse(self, data: bytes, at: int, present: list[int]) -> tuple[Row, int]:
        end = at + (len(present) + 7) // 8
        nulls = int.from_bytes(data[at:end], "little")
        at = end
        row: list[Value] = [None] * self._count
        for place, column in enumerate(present):
            if not nulls >> place & 1:
                row[column], at = self._readers[column](data, at)
        return Row(self.columns, row), at


_READERS: dict[int, Callable[[bytes], values.Reader]] = {
    _FLOAT: lambda metadata: values.real(metadata[0]),
    _DOUBLE: lambda metadata: values.real(metadata[0]),
    _NEWDECIMAL: lambda metadata: values.decimal(metadata[0], metadata[1]),
    _YEAR: lambda _: values.year,
    _DATE: lambda _: values.day,
    _NEWDATE: lambda _: values.day,
    _TIMESTAMP2: lambda metadata: values.timestamp(metadata[0]),
    _DATETIME2: lambda metadata: values.datetime(metadata[0]),
    _TIME2: lambda metadata: values.time(metadata[0]),
    _BIT: lambda metadata: values.bits(metadata[1] * 8 + metadata[0]),
    _VARCHAR: lambda metadata: values.prefixed(_varchar_size(metadata)),
    _VAR_STRING: lambda metadata: values.prefixed(_varchar_size(metadata)),
    _BLOB: lambda metadata: values.prefixed(metadata[0]),
    _GEOMETRY: lambda metadata: values.prefixed(metadata[0]),
    _VECTOR: lambda metadata: values.prefixed(metadata[0]),
    _JSON: lambda metadata: values.converted(values.prefixed(metadata[0]), jsonb.text),
    _BLOB_COMPRESSED: lambda metadata: values.converted(values.prefixed(metadata[0]), _inflated),
    _VARCHAR_COMPRESSED: lambda metadata: values.converted(values.prefixed(_varchar_size(metadata)), _inflated),
}
_OLD_TEMPORALS = {
    _TIMESTAMP: values.old_timestamp,
    _DATETIME: values.old_datetime,
    _TIME: values.old_time,
}


def _reader(kind: int, metadata: bytes, column: Column | None) -> values.Reader:
    """The reader of one column; `column` None is a hidden one, which is read over. Raises ImageError."""
    if kind in _INTEGER_SIZES:
        return values.integer(_INTEGER_SIZES[kind], unsigned=column is not None and column.unsigned)
    if kind == _STRING:
        return _string(metadata, column)
    if kind in _OLD_TEMPORALS and (column is None or not column.precision):
        return _OLD_TEMPORALS[kind]
    if kind not in _READERS:
        # Also the fractions of seconds that MariaDB stores in its old form (mysql56_temporal_format=OFF).
        raise ImageError(f"a column of type {kind} of the binary log is unknown")
    return _READERS[kind](metadata)


def _varchar_size(metadata: bytes) -> int:
    """The bytes of a value's length, by the column's largest."""
    return 2 if int.from_bytes(metadata, "little") > 255 else 1


def _string(metadata: bytes, column: Column | None) -> values.Reader:
    """CHAR, BINARY, ENUM, SET, and MariaDB's fixed-length types, which share one type number."""
    first, second = metadata
    if first in {_ENUM, _SET}:
        labels = column.labels if column is not None else ()
        return values.choice(second, labels) if first == _ENUM else values.several(second, labels)
    length = second if first & 0x30 == 0x30 else second | (first & 0x30 ^ 0x30) << 4
    size = 2 if length > 255 else 1
    match column.type_name if column is not None else "":
        case "uuid":
            return values.converted(values.padded(size, 16), _uuid)
        case "inet6":
            return values.converted(values.padded(size, 16), lambda raw: str(ipaddress.IPv6Address(raw)).encode())
        case "inet4":
            return values.converted(values.padded(size, 4), lambda raw: str(ipaddress.IPv4Address(raw)).encode())
        case "binary":
            return values.padded(size, length)
    return values.prefixed(size)


def _uuid(stored: bytes) -> bytes:
    return str(uuid.UUID(bytes=stored)).encode()


def _inflated(stored: bytes) -> bytes:
    """A value of a COMPRESSED column of MariaDB: a byte that tells the method and the length's size, length, data."""
    if not stored:
        return b""
    if not stored[0] & 0x80:
        return stored[1:]
    size = stored[0] & 0x07
    return zlib.decompress(stored[1 + size :], -zlib.MAX_WBITS)
