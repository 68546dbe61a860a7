"""Limited LOBs of captured changes (dms.md §5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.sandbox.dms.worker.changes import Change, Row, Value
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.columns import BINARIES, Way
from migrate.sandbox.dms.worker.mysql.connection import Connection
from migrate.sandbox.dms.worker.routing import Route

_CODECS = {"utf8mb4": "utf-8", "latin1": "cp1252", "utf16": "utf-16-be", "ucs2": "utf-16-be", "utf32": "utf-32-be"}


def cut(route: Route[Column], change: Change, limit: int) -> list[str]:
    """Cut the LOBs of a change in place to so many characters, or bytes; the names of the new row's that were cut.

    The old row is looked for, and the target holds it as it was cut.
    """
    lobs = {one.name.encode(): one for one in route.source.columns if one.is_lob}
    _cut(lobs, change.old, limit)
    return _cut(lobs, change.new, limit)


def current(source: Connection, route: Route[Column], row: Row, names: Sequence[str]) -> list[Value] | None:
    """The row's LOBs as their own bytes, in which the log tells them, too (dms.md §5.3)."""
    values = dict(zip((raw.decode() for raw in row.columns), row.values, strict=True))
    columns = {column.name: column for column in route.source.columns}
    parts = []
    for one in route.key:
        value = values.get(one)
        assert isinstance(value, bytes)
        parts.append(quoting.name(one) + b"=" + Way(columns[one], one, columns[one]).literal()(value))
    wanted = ", ".join(_bytes(columns[one]) for one in names)
    text = b"SELECT %b FROM %b WHERE %b" % (wanted.encode(), quoting.name(*route.name), b" AND ".join(parts))
    with source.cursor() as cursor:
        unstubbed: Any = cursor  # takes bytes, which a key's literal may need
        unstubbed.execute(text)
        found = cursor.fetchone()
    return None if found is None else list(found)


def _bytes(column: Column) -> str:
    selected = Way(column, column.name, column).selected(None)
    return selected if column.type_name in BINARIES else f"CAST({selected} AS BINARY)"


def _cut(lobs: dict[bytes, Column], row: Row | None, limit: int) -> list[str]:
    if row is None:
        return []
    values = row.values
    done: list[str] = []
    for at, raw in enumerate(row.columns):
        value = values[at]
        if raw not in lobs or not isinstance(value, bytes) or len(value) <= limit:
            continue
        short = _shortened(lobs[raw], value, limit)
        if len(short) < len(value):
            values[at] = short
            done.append(lobs[raw].name)
    return done


def _shortened(column: Column, value: bytes, limit: int) -> bytes:
    charset = "utf8mb4" if column.type_name == "json" else column.charset
    codec = _CODECS.get(charset) if charset is not None else None
    if codec is None:
        return value[:limit]
    return value.decode(codec, errors="surrogateescape")[:limit].encode(codec, errors="surrogateescape")
