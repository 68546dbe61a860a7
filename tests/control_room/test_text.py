"""The control room as a person at a terminal sees it, and as a pipe gets it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from migrate.events import LagSeen, LedgerSeen, Progressed, TablesSeen
from migrate.model.control_room import ControlRoom
from migrate.model.journal import Kind
from migrate.report.control_room import text
from migrate.report.documents import document, schema
from migrate.ui.room import painted, plain, screen
from tests.control_room.story import Story, statistics

HOSTILE = 'shop.<script>alert("1")</script>\x1b[2J[red]\n'


def night(story: Story, tables: int = 3) -> ControlRoom:
    """Amid a cutover, with something of everything."""
    names = [f"shop.t{number:04}" for number in range(tables - 1)]
    with story.held():
        story.set_up([*names, HOSTILE])
        seen = [statistics(name, "Table completed", 10, inserts=5, applied_inserts=5) for name in names]
        story.scribe(TablesSeen("t", (*seen, statistics(HOSTILE, "Table error"))))
        story.scribe(LagSeen("orders-main-forward-0", 9.0, arrived=True))
        story.scribe(LedgerSeen(1500, 3, 1, 410.0))
        story.begin_cutover()
        story.gate("cutover-1", "owner-certain", "open")
        story.gate("cutover-1", "lag-by-marker", "closed", "9 s > 5 s")
        story.step("cutover-1", "prepare/slot", 4)
        story.step("cutover-1", "freeze/fence", 2)
        story.write(Kind.INTENT, "cutover-1", "drain/marker:main")
        story.clock.sleep(12)
        story.scribe(Progressed("snapshot", 40, 100, "%"))
        return story.look()


@pytest.mark.parametrize("height", [12, 24, 50])
@pytest.mark.parametrize("tables", [3, 2000])
def test_it_fits_the_screen_and_what_is_urgent_is_on_it(story: Story, height: int, tables: int) -> None:
    lines = [plain(line) for line in text.lines(night(story, tables), height=height)]
    assert len(lines) <= height
    shown = "\n".join(lines)
    assert "orders runs on the source" in shown
    assert "freeze 15.0 s of 60 s" in shown
    assert "await a marker" in shown
    if height >= 24:
        assert "lag-by-marker 9 s > 5 s" in shown
        assert "Table error".lower() in shown


def test_on_eighty_columns_no_line_is_broken_and_colour_is_no_meaning(story: Story) -> None:
    room = night(story)
    drawn = io.StringIO()
    console = Console(file=drawn, width=80, height=30, force_terminal=True, no_color=True, highlight=False)
    with screen(console) as (height, draw):
        draw(text.lines(room, height=height()))
    said = drawn.getvalue()
    assert "\x1b[3" not in said.replace("\x1b[?", "")
    assert "✗ lag-by-marker" in said
    painted_lines = io.StringIO()
    Console(file=painted_lines, width=80).print(painted(text.lines(room, height=30)))
    assert max(map(len, painted_lines.getvalue().splitlines())) <= 80


def test_a_hostile_name_moves_no_cursor_and_is_no_markup(story: Story) -> None:
    lines = [plain(line) for line in text.lines(night(story))]
    assert not any("\x1b" in line or "\n" in line for line in lines)
    assert any("\\x1b[2J[red]\\x0a" in line for line in lines)


def test_a_pipe_gets_everything_uncut_but_the_tables_that_are_too_many(story: Story) -> None:
    lines = [plain(line) for line in text.lines(night(story, 2000))]
    assert sum("shop.t" in line for line in lines) == text.TABLES - 1
    assert any("1,960 more that are not finished" in line for line in lines)


def test_the_document_fits_its_schema_and_holds_every_table(story: Story, tmp_path: Path) -> None:
    told = document(night(story, 2000))
    form = schema("control-room")
    jsonschema.Draft202012Validator.check_schema(form)
    jsonschema.validate(json.loads(json.dumps(told, allow_nan=False)), form)
    assert len(told["tables"]["tables"]) == 2000
    assert HOSTILE in [table["table"] for table in told["tables"]["tables"]]
    empty = document(Story(tmp_path).look())
    jsonschema.validate(empty, form)
    assert set(form["required"]) == set(empty)
