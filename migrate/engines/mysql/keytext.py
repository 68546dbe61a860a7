"""A key's value in a row event as the text that the server prints for it, so that it names the row on both sides."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from migrate.engines.mysql import rowimage
from migrate.engines.mysql.keys import LATIN1, Kind, ShapeColumn
from migrate.engines.mysql.rowimage import DIGITS, Column, Type

_INTEGERS = frozenset((Type.TINY, Type.SHORT, Type.INT24, Type.LONG, Type.LONGLONG))
_STRINGS = frozenset((Type.VARCHAR, Type.STRING, Type.VAR_STRING))
_TEXT_IN = frozenset(("utf8mb4", "utf8mb3", "utf8", "ascii", "latin1"))

Reader = Callable[[bytes], str]


def reader(column: ShapeColumn, logged: Column) -> Reader | None:
    """What reads this column's values; None for a type or character set whose text cannot be told exactly here."""
    type_, metadata = logged.type, logged.metadata
    match column.kind:
        case Kind.INTEGER if type_ in _INTEGERS:
            signed = not column.unsigned
            return lambda raw: str(int.from_bytes(raw, "little", signed=signed))
        case Kind.INTEGER if type_ == Type.YEAR:
            return lambda raw: f"{raw[0] + 1900 if raw[0] else 0:04d}"
        case Kind.DECIMAL if type_ == Type.NEWDECIMAL:
            return lambda raw: _decimal(raw, metadata >> 8, metadata & 0xFF)
        case Kind.TEMPORAL:
            return _temporal(column.type, logged)
        case Kind.TEXT if (type_ in _STRINGS or type_ in rowimage.BLOBS) and column.charset in _TEXT_IN:
            if column.type in ("enum", "set"):
                return None
            return _latin1 if column.charset == "latin1" else _utf8
        case Kind.BYTES if type_ in _STRINGS or type_ in rowimage.BLOBS:
            # The zeroes that fill up a BINARY are not logged.
            width = metadata if column.type == "binary" else 0
            return lambda raw: raw.ljust(width, b"\0").hex().upper()
        case _:
            return None


def _utf8(raw: bytes) -> str:
    return raw.decode()


def _latin1(raw: bytes) -> str:
    return "".join(LATIN1[byte] for byte in raw)


def _temporal(type_: str, logged: Column) -> Reader | None:
    places = logged.metadata
    match type_, logged.type:
        case "date", Type.DATE | Type.NEWDATE:
            return _date
        case "datetime", Type.DATETIME2:
            return lambda raw: _datetime(raw) + _fraction(int.from_bytes(raw[5:], "big"), places)
        case "timestamp", Type.TIMESTAMP2:
            return lambda raw: _timestamp(raw) + _fraction(int.from_bytes(raw[4:], "big"), places)
        case "time", Type.TIME2:
            return lambda raw: _time(raw, places)
        case _:
            return None


def _fraction(number: int, places: int) -> str:
    """Stored in whole bytes, so that an odd number of places has one digit too many."""
    return f".{number:0{places + places % 2}d}"[: places + 1] if places else ""


def _date(raw: bytes) -> str:
    number = int.from_bytes(raw, "little")
    return f"{number >> 9:04d}-{number >> 5 & 15:02d}-{number & 31:02d}"


def _datetime(raw: bytes) -> str:
    number = int.from_bytes(raw[:5], "big") - 0x80_0000_0000
    day, clock = number >> 17, number & 0x1FFFF
    months = day >> 5
    return (
        f"{months // 13:04d}-{months % 13:02d}-{day & 31:02d} {clock >> 12:02d}:{clock >> 6 & 63:02d}:{clock & 63:02d}"
    )


def _timestamp(raw: bytes) -> str:
    seconds = int.from_bytes(raw[:4], "big")
    if not seconds:
        return "0000-00-00 00:00:00"
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _time(raw: bytes, places: int) -> str:
    """Whole and fraction are one number, less half of its range."""
    number = int.from_bytes(raw, "big") - (1 << len(raw) * 8 - 1)
    sign, number = ("-", -number) if number < 0 else ("", number)
    width = len(raw) * 8 - 24
    whole, fraction = number >> width, number & (1 << width) - 1
    clock = f"{whole >> 12 & 1023:02d}:{whole >> 6 & 63:02d}:{whole & 63:02d}"
    return f"{sign}{clock}{_fraction(fraction, places)}"


def _decimal(raw: bytes, precision: int, scale: int) -> str:
    """Nine digits to four bytes, the odd ones in front and at the end; all bits turned for a negative number."""
    negative = not raw[0] & 0x80
    data = bytes([raw[0] ^ 0x80, *raw[1:]])
    if negative:
        data = bytes(byte ^ 0xFF for byte in data)
    whole = precision - scale
    groups = [whole % 9] + [9] * (whole // 9) + [9] * (scale // 9) + [scale % 9]
    digits, at = "", 0
    for width in groups:
        size = DIGITS[width]
        if width:
            digits += f"{int.from_bytes(data[at : at + size], 'big'):0{width}d}"
        at += size
    text = digits[:whole].lstrip("0") or "0"
    return ("-" if negative else "") + text + (f".{digits[whole:]}" if scale else "")
