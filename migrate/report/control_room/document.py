"""The control room as plain JSON values; `schemas/control-room.json` describes them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from migrate.model.control_room import ControlRoom


def body(room: ControlRoom) -> dict[str, Any]:
    """Every field by its name; times in UTC with milliseconds, durations in seconds."""
    told = _plain(room)
    assert isinstance(told, dict)
    tables = told["tables"]
    tables["tables"] = tables.pop("rows")
    return told


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return value
