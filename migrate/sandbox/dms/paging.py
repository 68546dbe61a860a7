"""Marker paging with the service's bounds (dms.md §1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from migrate.sandbox.dms.faults import invalid_value

DEFAULT, LEAST, MOST = 100, 20, 100
MOST_TABLE_STATISTICS = 500


def page(name: str, items: Sequence[Any], payload: Mapping[str, Any], *, most: int = MOST) -> dict[str, Any]:
    """`{name: items of this page}`, with `Marker` when more follow.

    Raises InvalidParameterValueException for MaxRecords outside 20..`most` or a marker of somebody else's.
    """
    size = payload.get("MaxRecords", DEFAULT)
    if not LEAST <= size <= most:
        raise invalid_value(f"MaxRecords must be between {LEAST} and {most}.")
    start = _offset(payload.get("Marker"))
    answer: dict[str, Any] = {name: list(items[start : start + size])}
    if start + size < len(items):
        answer["Marker"] = base64.urlsafe_b64encode(f"from:{start + size}".encode()).decode()
    return answer


def _offset(marker: str | None) -> int:
    if not marker:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(marker.encode()).decode().partition(":")
        if word == "from":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise invalid_value("The Marker is not valid.")
