"""Limited LOBs of captured changes (dms.md §5.3)."""

from __future__ import annotations

from migrate.sandbox.dms.worker.changes import Change
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.routing import Route

_CODECS = {"utf8mb4": "utf-8", "latin1": "cp1252", "utf16": "utf-16-be", "ucs2": "utf-16-be", "utf32": "utf-32-be"}


def cut(route: Route[Column], change: Change, limit: int) -> list[str]:
    """Cut the LOBs of a change in place to so many characters, or bytes; the names of the columns that were cut."""
    if change.new is None:
        return []
    lobs = {one.name.encode(): one for one in route.source.columns if one.is_lob}
    values = change.new.values
    done: list[str] = []
    for at, raw in enumerate(change.new.columns):
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
