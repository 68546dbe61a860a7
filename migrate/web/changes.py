"""What a browser has to be told, given what it was told last: panels and cells that changed, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from migrate.report.control_room.page import GRID, Panels


def changes(last: Panels | None, now: Panels) -> dict[str, Any]:
    """Empty where nothing changed. Where the tables themselves are others, the whole grid is sent."""
    told: dict[str, Any] = {}
    same_tables = last is not None and last.names == now.names
    html = {
        name: text
        for name, text in now.html.items()
        if (last is None or last.html[name] != text) and not (name == GRID and same_tables)
    }
    if html:
        told["html"] = html
    if last is not None and same_tables:
        cells = [
            [number, *cell]
            for number, (cell, before) in enumerate(zip(now.cells, last.cells, strict=True))
            if cell != before
        ]
        if cells:
            told["cells"] = cells
    return told


def message(told: dict[str, Any], at: str) -> str:
    """As server-sent events are written. JSON has no line ends of its own, so one line of data holds it."""
    return f"event: look\ndata: {json.dumps({**told, 'at': at}, ensure_ascii=True)}\n\n"
