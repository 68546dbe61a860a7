"""The README's pictures: they are there, small, and ask nobody for anything."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = [ROOT / path for path in re.findall(r"!\[[^\]]{20,}\]\((docs/pictures/[^)]+)\)", README)]


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    yield __import__("pictures")
    sys.modules.pop("pictures", None)


def test_there_is_one_of_the_terminal_and_one_of_the_report() -> None:
    """Each with words for those who cannot see it."""
    assert [path.name for path in SHOWN] == ["terminal.svg", "report.png"]
    assert all(1_000 < path.stat().st_size < 400_000 for path in SHOWN)
    assert SHOWN[1].read_bytes().startswith(b"\x89PNG")


def elsewhere(drawn: str) -> list[str]:
    return [url for url in re.findall(r"\w+://[^\"') ]+", drawn) if url != "http://www.w3.org/2000/svg"]


def test_the_terminal_is_drawn_without_anything_from_elsewhere(pictures: object) -> None:
    drawn = pictures.terminal("verdict: \x1b[1mpassed\x1b[0m\nreport: <b>&amp;\n")  # type: ignore[attr-defined]
    for text in (drawn, SHOWN[0].read_text(encoding="utf-8")):
        assert ElementTree.fromstring(text).tag.endswith("svg")
        assert not elsewhere(text)
    told = "".join(ElementTree.fromstring(drawn).itertext()).replace("\xa0", " ")
    assert "verdict: passed" in told
    assert "report: <b>&amp;" in told
