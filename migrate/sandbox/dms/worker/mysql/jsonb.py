"""MySQL's binary JSON as text (sql-common/json_binary.h: documents, small and large, with offsets from their start).

The text makes the same document when the target parses it, but for the types JSON has no words for: decimals, dates and
the like become what their text is (assumption: the service moves JSON as text too, dms.md §5.3).
"""

from __future__ import annotations

import base64
import json
import struct

from migrate.sandbox.dms.worker.mysql import values

_SMALL_OBJECT, _LARGE_OBJECT, _SMALL_ARRAY, _LARGE_ARRAY, _LITERAL = range(5)
_INT16, _UINT16, _INT32, _UINT32, _INT64, _UINT64, _DOUBLE, _STRING = range(5, 13)
_OPAQUE = 15
_INTEGERS = {
    _INT16: ("<h", 2),
    _UINT16: ("<H", 2),
    _INT32: ("<i", 4),
    _UINT32: ("<I", 4),
    _INT64: ("<q", 8),
    _UINT64: ("<Q", 8),
}
_LITERALS = {0: b"null", 1: b"true", 2: b"false"}
_NEWDECIMAL, _DATE, _TIME, _DATETIME, _TIMESTAMP = 246, 10, 11, 12, 7
_DOUBLE_FORM = struct.Struct("<d")


class JsonError(Exception):
    """The bytes are no binary JSON document."""


def text(document: bytes) -> bytes:
    """The document as UTF-8 text; an empty one, which some servers write for a missing value, is null."""
    if not document:
        return b"null"
    try:
        return _value(document[0], document, 1)
    except (IndexError, KeyError, struct.error) as error:
        raise JsonError(f"unreadable JSON document: {error}") from None


def _value(kind: int, data: bytes, at: int) -> bytes:
    if kind <= _LARGE_ARRAY:
        return _container(kind, data, at)
    if kind == _LITERAL:
        return _LITERALS[data[at]]
    if kind in _INTEGERS:
        return b"%d" % struct.unpack_from(_INTEGERS[kind][0], data, at)[0]
    if kind == _DOUBLE:
        return repr(_DOUBLE_FORM.unpack_from(data, at)[0]).encode()
    if kind == _STRING:
        size, at = _length(data, at)
        return _quoted(data[at : at + size])
    if kind == _OPAQUE:
        size, start = _length(data, at + 1)
        return _opaque(data[at], data[start : start + size])
    raise JsonError(f"unknown JSON type {kind}")


def _container(kind: int, data: bytes, at: int) -> bytes:
    """An array or object; its offsets count from `at`, its small values stand in place of their offset."""
    large = kind in {_LARGE_OBJECT, _LARGE_ARRAY}
    is_object = kind in {_SMALL_OBJECT, _LARGE_OBJECT}
    form, width = ("<I", 4) if large else ("<H", 2)
    count = int(struct.unpack_from(form, data, at)[0])
    entry = at + 2 * width
    keys: list[bytes] = []
    if is_object:
        for _ in range(count):
            start = at + int(struct.unpack_from(form, data, entry)[0])
            size = int(struct.unpack_from("<H", data, entry + width)[0])
            keys.append(_quoted(data[start : start + size]))
            entry += width + 2
    members: list[bytes] = []
    for _ in range(count):
        inner = data[entry]
        if inner in {_LITERAL, _INT16, _UINT16} or (large and inner in {_INT32, _UINT32}):
            members.append(_value(inner, data, entry + 1))
        else:
            members.append(_value(inner, data, at + int(struct.unpack_from(form, data, entry + 1)[0])))
        entry += 1 + width
    if is_object:
        return b"{" + b", ".join(key + b": " + one for key, one in zip(keys, members, strict=True)) + b"}"
    return b"[" + b", ".join(members) + b"]"


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A length of seven bits a byte, lowest first, and the offset behind it."""
    size = shift = 0
    while True:
        byte = data[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return size, at
        shift += 7


def _quoted(raw: bytes) -> bytes:
    return json.dumps(raw.decode(), ensure_ascii=False).encode()


def _opaque(kind: int, data: bytes) -> bytes:
    if kind == _NEWDECIMAL:
        return values.decimal(data[0], data[1])(data, 2)[0]
    if kind in {_DATE, _TIME, _DATETIME, _TIMESTAMP}:
        return b'"' + _temporal(kind, struct.unpack("<q", data)[0]) + b'"'
    return b'"base64:type%d:%b"' % (kind, base64.b64encode(data))


def _temporal(kind: int, packed: int) -> bytes:
    """The server's packed form of a date or time, as it prints it: always with six digits of fraction."""
    sign, packed = (b"-", -packed) if packed < 0 else (b"", packed)
    whole, micros = packed >> 24, packed & 0xFFFFFF
    clock = b"%02d:%02d:%02d.%06d"
    if kind == _TIME:
        return sign + clock % (whole >> 12 & 0x3FF, whole >> 6 & 63, whole & 63, micros)
    months = whole >> 22
    day = b"%04d-%02d-%02d" % (months // 13, months % 13, whole >> 17 & 31)
    if kind == _DATE:
        return day
    return day + b" " + clock % (whole >> 12 & 31, whole >> 6 & 63, whole & 63, micros)
