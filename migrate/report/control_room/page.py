"""The control room as a page of panels. Everything that came from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from migrate.model.control_room import ControlRoom
from migrate.report import owner
from migrate.report.control_room import words
from migrate.report.rehearsal_html import TEMPLATES

LAYOUT = (
    ("head", ""),
    ("stages", ""),
    ("freeze", "tile"),
    ("way_back", "tile"),
    ("lag", "tile"),
    ("ledger", "tile"),
    ("steps", "panel"),
    ("gates", "panel"),
    ("tables", "panel"),
    ("grid", "panel"),
    ("log", "panel"),
)
LOUD = ("freeze", "way_back")
"""Whose words a screen reader says when they turn: from a place that stays, for a panel is made anew with its clock."""
TABLES = 14
"""Unfinished tables that are named; the grid has a cell for each of all."""
GRID = "grid"


@dataclass(frozen=True)
class Panels:
    """One look, ready for browsers: each panel's HTML, and how each table stands, by the grid's order."""

    html: Mapping[str, str]
    names: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    """Tone and words of each table, as `names` has them."""
    at: str


class Pages:
    """Renders looks. Templates are read once."""

    def __init__(self) -> None:
        pages = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        pages.filters |= {"instant": instant, "duration": words.duration}
        pages.globals |= {
            "tones": words.TONES,
            "signs": words.SIGNS,
            "answers": words.ANSWERS,
            "headline": words.headline,
            "owner_told": owner.told,
            "frozen": words.frozen_seconds,
            "freeze_words": words.freeze_words,
            "table_tone": words.table_tone,
            "table_words": words.table_words,
            "most": TABLES,
        }
        self._page: Template = pages.get_template("control-room.html.j2")
        self._panels = pages.get_template("control-room-panels.html.j2").module

    def panels(self, room: ControlRoom, problem: str = "") -> Panels:
        """`problem` is why the state could not be read just now."""
        html = {
            name: str(getattr(self._panels, name)(*((room, problem) if name == "head" else (room,))))
            for name, _ in LAYOUT
        }
        rows = sorted(room.tables.rows, key=lambda row: row.table)
        return Panels(
            html=html,
            names=tuple(row.table for row in rows),
            cells=tuple((words.table_tone(row), f"{row.table}: {words.table_words(row)}") for row in rows),
            at=instant(room.at),
        )

    def page(self, room: ControlRoom, panels: Panels) -> str:
        """The whole page, as it is shown first, and without a script."""
        safe = {name: Markup(html) for name, html in panels.html.items()}
        return self._page.render(room=room, panels=safe, layout=LAYOUT, loud=LOUD)


def instant(moment: datetime) -> str:
    """As a browser reads it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
