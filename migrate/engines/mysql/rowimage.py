"""Reads row events of the binary log: which columns of which rows, as raw bytes, and a key's bytes as its text.

Layout of the events and of the types in them: the server's own (libbinlogevents, log_event.h, my_time.cc), the same in
MySQL 5.7 to 9 and MariaDB. Nothing beyond BINLOG_ROW_METADATA=MINIMAL is needed: names, signs and character sets come
from the catalog.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from checks.facts import TableName
from migrate.engines.mysql.binlog import Event, Kind


class Type(IntEnum):
    """Column types as a table map writes them."""

    TINY = 1
    SHORT = 2
    LONG = 3
    FLOAT = 4
    DOUBLE = 5
    TIMESTAMP = 7
    LONGLONG = 8
    INT24 = 9
    DATE = 10
    TIME = 11
    DATETIME = 12
    YEAR = 13
    NEWDATE = 14
    VARCHAR = 15
    BIT = 16
    TIMESTAMP2 = 17
    DATETIME2 = 18
    TIME2 = 19
    BLOB_COMPRESSED = 140
    VARCHAR_COMPRESSED = 141
    VECTOR = 242
    JSON = 245
    NEWDECIMAL = 246
    ENUM = 247
    SET = 248
    TINY_BLOB = 249
    MEDIUM_BLOB = 250
    LONG_BLOB = 251
    BLOB = 252
    VAR_STRING = 253
    STRING = 254
    GEOMETRY = 255


FIXED = {
    Type.TINY: 1, Type.SHORT: 2, Type.LONG: 4, Type.FLOAT: 4, Type.DOUBLE: 8, Type.TIMESTAMP: 4, Type.LONGLONG: 8,
    Type.INT24: 3, Type.DATE: 3, Type.TIME: 3, Type.DATETIME: 8, Type.YEAR: 1, Type.NEWDATE: 3,
}  # fmt: skip
BLOBS = frozenset((Type.BLOB, Type.TINY_BLOB, Type.MEDIUM_BLOB, Type.LONG_BLOB, Type.JSON, Type.GEOMETRY, Type.VECTOR))
_ONE_BYTE = BLOBS | {
    Type.FLOAT, Type.DOUBLE, Type.TIMESTAMP2, Type.DATETIME2, Type.TIME2, Type.BLOB_COMPRESSED,
}  # fmt: skip
_TWO_BYTES = frozenset((Type.VARCHAR, Type.VARCHAR_COMPRESSED, Type.BIT))
_TWO_BYTES_REVERSED = frozenset((Type.NEWDECIMAL, Type.STRING, Type.VAR_STRING))
DIGITS = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)
"""Bytes of so many decimal digits."""

WRITES = frozenset((Kind.WRITE_ROWS, Kind.WRITE_ROWS_V1, Kind.WRITE_ROWS_COMPRESSED_V1))
UPDATES = frozenset((Kind.UPDATE_ROWS, Kind.UPDATE_ROWS_V1, Kind.UPDATE_ROWS_COMPRESSED_V1))
DELETES = frozenset((Kind.DELETE_ROWS, Kind.DELETE_ROWS_V1, Kind.DELETE_ROWS_COMPRESSED_V1))
ROWS = WRITES | UPDATES | DELETES
_VERSION_2 = frozenset((Kind.WRITE_ROWS, Kind.UPDATE_ROWS, Kind.DELETE_ROWS))
_COMPRESSED = frozenset((Kind.WRITE_ROWS_COMPRESSED_V1, Kind.UPDATE_ROWS_COMPRESSED_V1, Kind.DELETE_ROWS_COMPRESSED_V1))

NO_TABLE = 0xFF_FFFF
"""Number of the table in an event that only ends a statement."""

Image = dict[int, bytes | None]
"""Raw values of the columns that were asked for and that an image holds, by place from 0; None is NULL."""


@dataclass(frozen=True)
class Column:
    """A column as its table map describes it, and how many bytes its values take."""

    type: int
    metadata: int
    width: int = 0
    prefix: int = 0
    """Bytes of the length that stands ahead of the value; 0 where every value has `width` bytes."""

    @classmethod
    def of(cls, type_: int, metadata: int) -> Column:
        """Raises ValueError for a type that this module does not know."""
        match type_:
            case Type.VARCHAR | Type.VARCHAR_COMPRESSED | Type.STRING | Type.VAR_STRING:
                return cls(type_, metadata, prefix=2 if metadata > 255 else 1)
            case Type.NEWDECIMAL:
                return cls(type_, metadata, _decimal_size(metadata >> 8, metadata & 0xFF))
            case Type.TIMESTAMP2 | Type.DATETIME2 | Type.TIME2:
                whole = {Type.TIMESTAMP2: 4, Type.DATETIME2: 5, Type.TIME2: 3}[Type(type_)]
                return cls(type_, metadata, whole + (metadata + 1) // 2)
            case Type.ENUM | Type.SET:
                return cls(type_, metadata, metadata)
            case Type.BIT:
                return cls(type_, metadata, (metadata >> 8) + bool(metadata & 0xFF))
            case _ if type_ in BLOBS or type_ == Type.BLOB_COMPRESSED:
                return cls(type_, metadata, prefix=metadata)
            case _ if type_ in FIXED:
                return cls(type_, metadata, FIXED[Type(type_)])
            case _:
                raise ValueError(f"unknown type {type_} of a column in the binary log")


@dataclass(frozen=True)
class TableMap:
    """Which table the row events of one number are about."""

    table: TableName
    columns: tuple[Column, ...]


def table_number(body: bytes) -> int:
    """The number by which a row event names its table, and a table map itself."""
    return int.from_bytes(body[:6], "little")


def table_map(body: bytes) -> TableMap:
    at = 8
    names = []
    for _ in range(2):
        length, at = _length(body, at)
        names.append(body[at : at + length].decode())
        at += length + 1
    count, at = _length(body, at)
    types = body[at : at + count]
    size, at = _length(body, at + count)
    return TableMap(TableName(*names), tuple(_columns(types, body[at : at + size])))


def rows(
    event: Event, columns: Sequence[Column], wanted: Container[int]
) -> Iterator[tuple[Image | None, Image | None]]:
    """Before and after image of each row, of the `wanted` columns; None where there is none by the kind of the event.

    Raises ValueError for what this module cannot read: then nothing may be concluded from the event.
    """
    body = event.body
    at = 8 + (int.from_bytes(body[8:10], "little") if event.kind in _VERSION_2 else 0)
    count, at = _length(body, at)
    if count != len(columns):
        raise ValueError("a row event and its table map do not belong together")
    size = (count + 7) // 8
    present = [_bits(body[at : at + size], count)]
    at += size
    if event.kind in UPDATES:
        present.append(_bits(body[at : at + size], count))
        at += size
    if event.kind in _COMPRESSED:
        body, at = _uncompressed(body[at:]), 0
    while at < len(body):
        images = []
        for places in present:
            image, at = _image(body, at, columns, places, wanted)
            images.append(image)
        if event.kind in UPDATES:
            yield images[0], images[1]
        else:
            yield (None, images[0]) if event.kind in WRITES else (images[0], None)
    if at != len(body):
        raise ValueError("a row event does not end where its rows do")


def _image(
    data: bytes, at: int, columns: Sequence[Column], places: Sequence[int], wanted: Container[int]
) -> tuple[Image, int]:
    nulls = data[at : at + (len(places) + 7) // 8]
    at += len(nulls)
    image: Image = {}
    for n, place in enumerate(places):
        if nulls[n >> 3] >> (n & 7) & 1:
            if place in wanted:
                image[place] = None
            continue
        column = columns[place]
        if column.prefix:
            start = at + column.prefix
            at = start + int.from_bytes(data[at:start], "little")
        else:
            start = at
            at += column.width
        if place in wanted:
            image[place] = data[start:at]
    return image, at


def _columns(types: bytes, metadata: bytes) -> Iterator[Column]:
    at = 0
    for type_ in types:
        size = 1 if type_ in _ONE_BYTE else 2 if type_ in _TWO_BYTES or type_ in _TWO_BYTES_REVERSED else 0
        said = metadata[at : at + size]
        at += size
        if type_ in (Type.STRING, Type.VAR_STRING):
            yield _string(said[0], said[1])
        else:
            yield Column.of(type_, int.from_bytes(said, "big" if type_ in _TWO_BYTES_REVERSED else "little"))


def _string(first: int, second: int) -> Column:
    """An ENUM, a SET or a CHAR: two bits of a length above 255 hide, inverted, in the type
    (Field_string::do_save_field_metadata)."""
    if first in (Type.ENUM, Type.SET):
        return Column.of(first, second)
    return Column.of(Type.STRING, (first << 4 & 0x300 ^ 0x300) + second)


def _bits(data: bytes, count: int) -> list[int]:
    return [place for place in range(count) if data[place >> 3] >> (place & 7) & 1]


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A length-encoded integer and what follows it."""
    first = data[at]
    size = {252: 2, 253: 3, 254: 8}.get(first, 0)
    return (int.from_bytes(data[at + 1 : at + 1 + size], "little") if size else first), at + 1 + size


def _uncompressed(data: bytes) -> bytes:
    """MariaDB's log_bin_compress: one byte with the algorithm and the size of the length, the length, zlib."""
    head = data[0]
    if head >> 4 & 7:
        raise ValueError("a compressed event of an unknown algorithm")
    size = head & 7
    try:
        plain = zlib.decompress(data[1 + size :])
    except zlib.error as error:
        raise ValueError(f"a compressed event is damaged: {error}") from None
    if len(plain) != int.from_bytes(data[1 : 1 + size], "big"):
        raise ValueError("a compressed event has another length than it says")
    return plain


def uncompressed_query(body: bytes) -> bytes:
    """A QUERY_COMPRESSED event's body as that of a QUERY event."""
    database, variables = body[8], struct.unpack_from("<H", body, 11)[0]
    start = 13 + variables + database + 1
    return body[:start] + _uncompressed(body[start:])


def _decimal_size(precision: int, scale: int) -> int:
    whole = precision - scale
    return whole // 9 * 4 + DIGITS[whole % 9] + scale // 9 * 4 + DIGITS[scale % 9]
