"""Limited LOBs of captured changes (dms.md §5.3)."""

from __future__ import annotations

from migrate.sandbox.dms.worker.changes import Change, Row
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.routing import Route

_CODECS = {"utf8mb4": "utf-8", "latin1": "cp1252", "utf16": "utf-16-be", "ucs2": "utf-16-be", "utf32": "utf-32-be"}


def cut(route: Route[Column], change: Change, limit: int) -> list[str]:
    """Cut the LOBs of a change in place to so many characters, or bytes; the names of the new row's that were cut.

    The old row is looked for, and the target holds it as it was cut.
    """
    lobs = {one.name.encode(): one for one in route.source.columns if one.is_lob}
    _cut(lobs, change.old, limit)
    return _cut(lobs, change.new, limit)


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
