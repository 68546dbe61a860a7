"""The page: self-contained, everything escaped, the bad news as loud as the good, drawable whatever the numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from migrate.model.rehearsal import (
    Fault,
    Mark,
    MarkKind,
    RehearsalReport,
    RehearsalVerdict,
    RollbackResult,
    SecondCount,
    StageResult,
)
from migrate.report.charts import duration, throughput, timeline
from migrate.report.rehearsal_html import render

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></svg><b>out</b>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202e gnp.exe \x00\x1b[31m",
)
VOID = {"meta", "br", "link", "img", "input", "hr", "line", "rect"}


class Page(HTMLParser):
    """Collects tags and attributes, and checks that tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)


def _shape(text: str) -> list[str]:
    return [tag for tag, _ in Page(text).tags]


def test_the_page_needs_nothing_from_anywhere(rehearsal: RehearsalReport) -> None:
    text = render(rehearsal)
    page = Page(text)
    assert page.unbalanced == []
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})
    for tag, attributes in page.tags:
        assert not {"src", "href", "action", "srcset"} & attributes.keys(), tag
        assert not any(name.startswith("on") for name in attributes), tag
    assert "://" not in text
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(hostile: Callable[[str], RehearsalReport], text: str) -> None:
    page = render(hostile(text))
    assert _shape(page) == _shape(render(hostile("plain")))
    assert Page(page).unbalanced == []
    for piece in ("<script", "<img", "<b>out", "onmouseover='"):
        assert piece not in page
    assert text not in page or not set(text) & set("<>&\"'")


def test_who_cannot_see_it_or_has_no_mouse_is_told_the_same(failed_rehearsal: RehearsalReport) -> None:
    text = render(replace(failed_rehearsal, faults=(Fault("source server killed", 31.0, "unwound by itself"),)))
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    ids = {attributes.get("id") for _, attributes in page.tags}
    charts = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(charts) == 2
    for chart in charts:
        assert chart["role"] == "img"
        assert set((chart["aria-labelledby"] or "").split()) <= ids
    assert "130 seconds: at most 640 writes a second acknowledged, 0 seconds without any" in text
    assert "rollback: switch at 96 s" in text
    assert "finalize from 128 s for 0.40 s, said no" in text
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert heads
    assert all(one.get("scope") in ("col", "row") for one in heads)
    assert tags.count("table") == tags.count("caption") == 4
    wide = [attributes for tag, attributes in page.tags if attributes.get("class") == "scroll"]
    assert len(wide) == 6
    assert all(one.get("tabindex") == "0" and one.get("role") == "region" and one.get("aria-label") for one in wide)


def test_a_stage_that_did_not_end_well_is_told_by_more_than_a_colour(failed_rehearsal: RehearsalReport) -> None:
    text = render(failed_rehearsal)
    assert text.count('class="bar trouble"') == 1
    assert "0.40 s, ✗ said no</text>" in text
    well = render(replace(failed_rehearsal, stages=failed_rehearsal.stages[:-1]))
    assert "bar trouble" not in well
    assert "✗ said no" not in well


def test_good_news(rehearsal: RehearsalReport) -> None:
    text = render(rehearsal)
    assert "All 51,203 acknowledged writes are there, each exactly once." in text
    assert "Why it failed" not in text
    assert "these seconds are not AWS&#39;s seconds" in text or "these seconds are not AWS's seconds" in text
    assert "<b>instant</b>" in text


def test_bad_news_is_the_headline(failed_rehearsal: RehearsalReport) -> None:
    text = render(failed_rehearsal)
    assert "<h1>Not every acknowledged write is there exactly once.</h1>" in text
    assert "3 acknowledged writes are missing" in text
    assert "Rehearsal failed" in text
    assert "and 6 more" in text
    assert "no marker arrived" in text


def test_a_failure_without_loss_claims_no_success(rehearsal: RehearsalReport) -> None:
    text = render(replace(rehearsal, verdict=RehearsalVerdict.FAILED, reason="A gate stayed closed."))
    assert "<h1>The rehearsal failed, though no acknowledged write was lost.</h1>" in text
    assert "A gate stayed closed." in text


def test_a_rehearsal_that_ended_early_still_has_a_page(rehearsal: RehearsalReport) -> None:
    bare = replace(
        rehearsal,
        verdict=RehearsalVerdict.FAILED,
        reason="The source could not be reached.",
        ledger=None,
        stages=(),
        handovers=(),
        gates=(),
        invariants=(),
        marks=(),
        rollback=RollbackResult(False, 0.0, None),
    )
    text = render(bare)
    assert "ended before anything could be judged" in text
    assert "No invariant was checked" in text
    assert "were to go" in text
    assert "came back" not in text
    assert Page(text).unbalanced == []


def test_silence_is_no_success(rehearsal: RehearsalReport) -> None:
    assert rehearsal.ledger is not None
    text = render(replace(rehearsal, ledger=replace(rehearsal.ledger, acknowledged=0, per_second=())))
    assert "so nothing was proven" in text


def test_faults_are_listed(rehearsal: RehearsalReport) -> None:
    text = render(replace(rehearsal, faults=(Fault("source server killed", 31.0, "unwound by itself"),)))
    assert "source server killed" in text


@pytest.mark.parametrize("seconds", [1, 7, 130, 4000])
@pytest.mark.parametrize("rate", [0, 1, 399, 12_345])
def test_the_chart_stays_inside_its_frame(rehearsal: RehearsalReport, seconds: int, rate: int) -> None:
    assert rehearsal.ledger is not None
    counts = tuple(SecondCount(second, rate, rate // 7, rate // 9, 0) for second in range(seconds))
    marks = [Mark(MarkKind.SWITCH, f"a long title of mark {n}", 6.0 + seconds * n / 9) for n in range(9)]
    chart = throughput(replace(rehearsal.ledger, per_second=counts), marks)
    assert len(chart.columns) == seconds
    for column in chart.columns:
        assert chart.left <= column.x <= column.x + column.width <= chart.right + 0.5
        assert chart.top - 0.01 <= column.other_y
        assert column.acknowledged_y + column.acknowledged_height <= chart.bottom + 0.01
        assert column.silent is (rate == 0)
    assert all(chart.left <= line.at <= chart.right and line.label_y > 9 for line in chart.lines)
    assert len(chart.rates) <= 6
    assert 1 <= len(chart.seconds) <= 12


@pytest.mark.parametrize("seconds", [0.0, 0.004, 59.0, 7200.0])
def test_the_timeline_stays_inside_its_frame(seconds: float) -> None:
    stages = [StageResult(name="assess", outcome="done", seconds=seconds / 2, began=seconds / 2)]
    drawn = timeline(stages, seconds, [Mark(MarkKind.SWITCH, "switch", seconds)])
    assert all(drawn.left <= bar.x and bar.x + bar.width <= drawn.width for bar in drawn.bars)
    assert all(line.at <= drawn.right + 0.01 for line in drawn.lines)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (0.914, "0.91 s"),
        (9.99, "9.99 s"),
        (12.34, "12.3 s"),
        (99.96, "1 min 40 s"),
        (139.4, "2 min 19 s"),
    ],
)
def test_durations_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_page_is_calm_in_size(rehearsal: RehearsalReport) -> None:
    """A page one can mail."""
    assert len(render(rehearsal).encode()) < 400_000
    assert not re.search(r"\n\s*\n\s*\n\s*\n", render(rehearsal))
