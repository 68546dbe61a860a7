"""Values of a row image, as the server would print them: exact, and nothing lost on the way.

A reader takes the image and an offset and returns the value, as bytes, and the offset behind it. Text keeps its
column's character set; dates that are none, years 0 and times of 838 hours come out as they are; floats get as many
digits as bring back the same bits.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import date

NO_LABEL = b"\0no label"
"""Number 0 of an enum, which sessions without a strict mode leave behind; the server prints it as empty text."""

Reader = Callable[[bytes, int], tuple[bytes, int]]

_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LEFTOVER_BYTES = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)


def integer(size: int, *, unsigned: bool) -> Reader:
    """A little-endian integer of `size` bytes."""

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        end = at + size
        return b"%d" % int.from_bytes(data[at:end], "little", signed=not unsigned), end

    return read


def real(size: int) -> Reader:
    """FLOAT (4 bytes) as the double that is equal to it, or DOUBLE (8 bytes)."""
    unpack = (_FLOAT if size == 4 else _DOUBLE).unpack_from

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        return repr(unpack(data, at)[0]).encode(), at + size

    return read


def year(data: bytes, at: int) -> tuple[bytes, int]:
    """YEAR: one byte, 0 or the years since 1900."""
    value = data[at]
    return (b"%d" % (1900 + value) if value else b"0000"), at + 1


def day(data: bytes, at: int) -> tuple[bytes, int]:
    """DATE: three bytes."""
    value = int.from_bytes(data[at : at + 3], "little")
    return b"%04d-%02d-%02d" % (value >> 9, value >> 5 & 15, value & 31), at + 3


def _fraction(digits: int, value: int) -> bytes:
    return (b".%06d" % value)[: digits + 1] if digits else b""


def _micros(digits: int, raw: int) -> int:
    """The microseconds of a stored fraction, which counts hundredths, ten-thousandths or millionths."""
    return raw * (10_000, 100, 1)[(digits - 1) // 2] if digits else 0


def datetime(digits: int) -> Reader:
    """DATETIME(n) since MySQL 5.6: 40 bits and the fraction, big-endian."""
    extra = (digits + 1) // 2
    end_of = 5 + extra

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        value = int.from_bytes(data[at : at + 5], "big") - 0x8000000000
        months = value >> 22
        text = b"%04d-%02d-%02d %02d:%02d:%02d" % (
            months // 13,
            months % 13,
            value >> 17 & 31,
            value >> 12 & 31,
            value >> 6 & 63,
            value & 63,
        )
        if extra:
            text += _fraction(digits, _micros(digits, int.from_bytes(data[at + 5 : at + end_of], "big")))
        return text, at + end_of

    return read


def time(digits: int) -> Reader:
    """TIME(n) since MySQL 5.6: 24 bits with a sign, and the fraction, big-endian."""
    extra = (digits + 1) // 2
    size, shift = 3 + extra, 8 * extra

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        value = int.from_bytes(data[at : at + size], "big") - (0x800000 << shift)
        sign, value = (b"-", -value) if value < 0 else (b"", value)
        whole = value >> shift
        text = sign + b"%02d:%02d:%02d" % (whole >> 12 & 0x3FF, whole >> 6 & 63, whole & 63)
        if extra:
            text += _fraction(digits, _micros(digits, value & ((1 << shift) - 1)))
        return text, at + size

    return read


def timestamp(digits: int) -> Reader:
    """TIMESTAMP(n) since MySQL 5.6: seconds and the fraction, big-endian; 0 is the zero date. In UTC."""
    extra = (digits + 1) // 2
    end_of = 4 + extra

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        seconds = int.from_bytes(data[at : at + 4], "big")
        text = instant(seconds)
        if extra:
            text += _fraction(digits, _micros(digits, int.from_bytes(data[at + 4 : at + end_of], "big")))
        return text, at + end_of

    return read


def instant(seconds: int) -> bytes:
    """Epoch seconds in UTC; 0 is the zero date."""
    if not seconds:
        return b"0000-00-00 00:00:00"
    days, rest = divmod(seconds, 86400)
    when = date.fromordinal(_EPOCH_DAY + days)
    return b"%04d-%02d-%02d %02d:%02d:%02d" % (
        when.year,
        when.month,
        when.day,
        rest // 3600,
        rest // 60 % 60,
        rest % 60,
    )


def old_datetime(data: bytes, at: int) -> tuple[bytes, int]:
    """DATETIME of before MySQL 5.6: the decimal number YYYYMMDDhhmmss."""
    digits = b"%014d" % int.from_bytes(data[at : at + 8], "little")
    text = b"%b-%b-%b %b:%b:%b" % (digits[:4], digits[4:6], digits[6:8], digits[8:10], digits[10:12], digits[12:])
    return text, at + 8


def old_time(data: bytes, at: int) -> tuple[bytes, int]:
    """TIME of before MySQL 5.6: the decimal number hhmmss with a sign."""
    value = int.from_bytes(data[at : at + 3], "little", signed=True)
    sign, value = (b"-", -value) if value < 0 else (b"", value)
    return sign + b"%02d:%02d:%02d" % (value // 10000, value // 100 % 100, value % 100), at + 3


def old_timestamp(data: bytes, at: int) -> tuple[bytes, int]:
    """TIMESTAMP of before MySQL 5.6: epoch seconds."""
    return instant(int.from_bytes(data[at : at + 4], "little")), at + 4


def decimal_size(precision: int, scale: int) -> int:
    """The bytes of a DECIMAL(precision, scale)."""
    whole = precision - scale
    return whole // 9 * 4 + _LEFTOVER_BYTES[whole % 9] + scale // 9 * 4 + _LEFTOVER_BYTES[scale % 9]


def decimal(precision: int, scale: int) -> Reader:
    """DECIMAL: groups of nine digits in four bytes, the sign in the first bit, negative ones inverted."""
    whole = precision - scale
    size = decimal_size(precision, scale)
    parts: list[tuple[int, int]] = []  # bytes and digits of each group
    if whole % 9:
        parts.append((_LEFTOVER_BYTES[whole % 9], whole % 9))
    parts += [(4, 9)] * (whole // 9 + scale // 9)
    if scale % 9:
        parts.append((_LEFTOVER_BYTES[scale % 9], scale % 9))

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        raw = int.from_bytes(data[at : at + size], "big") ^ (0x80 << 8 * (size - 1))
        negative = raw >> 8 * size - 1 & 1
        if negative:
            raw ^= (1 << 8 * size) - 1
        number, left = 0, size
        for bytes_, digits in parts:
            left -= bytes_
            number = number * 10**digits + (raw >> 8 * left & (1 << 8 * bytes_) - 1)
        text = b"%0*d" % (scale + 1, number)
        if scale:
            text = text[:-scale] + b"." + text[-scale:]
        return (b"-" + text if negative else text), at + size

    return read


def prefixed(size: int) -> Reader:
    """Bytes after their length in `size` bytes."""
    if size == 1:

        def read_short(data: bytes, at: int) -> tuple[bytes, int]:
            start = at + 1
            end = start + data[at]
            return data[start:end], end

        return read_short

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        start = at + size
        end = start + int.from_bytes(data[at:start], "little")
        return data[start:end], end

    return read


def padded(size: int, length: int) -> Reader:
    """BINARY(n): the log leaves out trailing zero bytes, a comparison would miss them."""
    inner = prefixed(size)

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        value, end = inner(data, at)
        return value.ljust(length, b"\0"), end

    return read


def bits(length: int) -> Reader:
    """BIT(n) as a decimal number."""
    size = (length + 7) // 8

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        return b"%d" % int.from_bytes(data[at : at + size], "big"), at + size

    return read


def choice(size: int, labels: Sequence[str]) -> Reader:
    """ENUM: the label of a number; number 0 stands for a value that was none of them."""
    texts = [NO_LABEL, *(label.encode() for label in labels)]

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        return texts[int.from_bytes(data[at : at + size], "little")], at + size

    return read


def several(size: int, labels: Sequence[str]) -> Reader:
    """SET: the labels of the bits, in their order."""
    texts = [label.encode() for label in labels]

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        chosen = int.from_bytes(data[at : at + size], "little")
        return b",".join(text for place, text in enumerate(texts) if chosen >> place & 1), at + size

    return read


def converted(inner: Reader, convert: Callable[[bytes], bytes]) -> Reader:
    """What `inner` reads, converted."""

    def read(data: bytes, at: int) -> tuple[bytes, int]:
        value, end = inner(data, at)
        return convert(value), end

    return read
