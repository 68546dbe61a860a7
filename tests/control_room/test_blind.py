"""While the state database refuses, whoever watches is told: the last picture is not taken for one of now."""

from __future__ import annotations

import json
from collections.abc import Iterator

import jsonschema
import pytest

from migrate.cli.options import Format
from migrate.cli.room import _follow
from migrate.errors import StateConflict
from migrate.model.stored import Stored
from migrate.operations.control_room.looks import Glance, looks
from migrate.report.control_room import text
from migrate.report.documents import schema
from migrate.ui.room import plain
from tests.clocks import HandClock

REFUSED = "✗ the state database cannot be read: it is locked"


class Flickering:
    """A state database that answers (`.`) or refuses (`x`), look by look."""

    def __init__(self, answers: str) -> None:
        self._answers = iter(answers)

    def look(self) -> Stored:
        if next(self._answers) == "x":
            raise StateConflict(REFUSED[2:], code="STA-001")
        return Stored()


@pytest.fixture
def glances() -> Iterator[Glance]:
    """Seen, refused twice, seen twice."""
    taken = looks(Flickering(".xx.."), "orders", HandClock(), 1.0)
    return iter([next(taken) for _ in range(5)])


def test_a_screen_says_it_first_as_long_as_it_lasts(glances: Iterator[Glance]) -> None:
    first = [plain(text.lines(one.room, problem=one.problem)[0]) for one in glances]
    assert [line.startswith("✗") for line in first] == [False, True, True, False, False]
    assert REFUSED in first[1]
    assert "shown is what was seen at 00:00:00 UTC" in first[2]


def test_a_pipe_says_it_once_and_that_it_is_over(glances: Iterator[Glance], capsys: pytest.CaptureFixture[str]) -> None:
    _follow(glances, Format.TEXT)
    said = [line for line in capsys.readouterr().out.splitlines() if "read" in line]
    assert len(said) == 2
    assert REFUSED in said[0]
    assert said[1] == "✓ the state can be read again"


def test_json_says_it_in_a_line_and_that_it_is_over(
    glances: Iterator[Glance], capsys: pytest.CaptureFixture[str]
) -> None:
    _follow(glances, Format.JSON)
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [bool(one.get("problem")) for one in documents] == [False, True, False]
    for one in documents:
        jsonschema.validate(one, schema("control-room"))
