"""The pages of a rehearsal and of an assessment as a real browser reads them: hostile names are words, nothing runs."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from migrate.model.rehearsal import LIVE, Fault, RehearsalReport, RehearsalVerdict
from migrate.report.rehearsal_html import render
from tests.browser import Page, browser

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

RAN = "document.title='ran'"
HOSTILE = f"</title></style></svg></td></table><img src=x onerror=\"{RAN}\"><script>{RAN}</script>' onload='{RAN}"
PICTURES = Path(__file__).resolve().parents[2] / "build/pictures"
SCHEMA = """
CREATE TABLE "{name}" (a integer, "{name} b" text DEFAULT '{text}');
CREATE TABLE other (a integer, c money);
COMMENT ON TABLE "{name}" IS '{text}';
CREATE FUNCTION "{name} f"() RETURNS trigger LANGUAGE plpython3u AS $$ {text} $$;
CREATE UNLOGGED TABLE "{name} u" (id integer PRIMARY KEY);
CREATE RULE "{name} r" AS ON INSERT TO other DO NOTHING;
"""
ELEMENTS = "[...document.querySelectorAll('*')].map(one => one.tagName.toLowerCase())"
ATTRIBUTES = "[...document.querySelectorAll('*')].flatMap(one => [...one.attributes]).map(one => one.name)"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        opened.size(1180, 1400)
        yield opened


def seen(page: Page, text: str, folder: Path) -> tuple[str, Counter[str]]:
    """Its title and elements after the browser has read it, with whatever ran."""
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    page.open("about:blank?next")
    page.open(file.as_uri())
    assert not [name for name in page.run(ATTRIBUTES) if name.startswith("on")]
    assert page.run("document.scripts.length") == 0
    return str(page.run("document.title")), Counter(page.run(ELEMENTS))


def live(report: RehearsalReport) -> RehearsalReport:
    return replace(report, profile=LIVE, ledger=None)


@pytest.mark.parametrize("kind", ["in a sandbox", "on own databases", "passed on own databases"])
def test_a_rehearsals_page_shows_hostile_names_as_words(
    page: Page, hostile: Callable[[str], RehearsalReport], tmp_path: Path, kind: str
) -> None:
    def report(text: str) -> RehearsalReport:
        made = replace(hostile(text), profile="instant", faults=(Fault(text, 3.0, text, text, (text,)),))
        if kind == "in a sandbox":
            return made
        passed = kind.startswith("passed")
        verdict = RehearsalVerdict.PASSED if passed else RehearsalVerdict.FAILED
        return replace(live(made), verdict=verdict, reason="" if passed else text)

    title, elements = seen(page, render(report(HOSTILE)), tmp_path)
    plain_title, plain = seen(page, render(report("plain")), tmp_path)
    assert title == plain_title.replace("plain", HOSTILE)
    assert elements == plain
    assert "ran" not in (title, plain_title)


def test_an_assessments_page_shows_hostile_names_as_words(page: Page, tmp_path: Path) -> None:
    told = []
    for name in (HOSTILE, "plain"):
        schema = tmp_path / "schema.sql"
        quoted = {"name": name.replace('"', '""')[:50], "text": name.replace("'", "''")}
        schema.write_text(SCHEMA.format(**quoted))
        asked = ["--schema", str(schema), "--engine", "postgres", "--target", "aurora-postgresql:17.5"]
        command = [sys.executable, "-m", "migrate", "assess", *asked, "--format", "html"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert ran.returncode in (0, 3), ran.stderr
        told.append(seen(page, ran.stdout, tmp_path))
    (title, elements), (_, plain) = told
    assert title != "ran"
    assert elements["img"] == 0
    assert elements == plain


def test_the_browser_complains_of_nothing_and_a_picture_is_kept(
    page: Page, rehearsal: RehearsalReport, tmp_path: Path
) -> None:
    """Light and dark, in a sandbox and on own databases: for whoever looks at the artifacts of a build."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.events.clear()
    environment = replace(
        rehearsal.environment, sample="orders (staging)", endpoint="AWS, eu-central-1", sessions=0, offered_per_second=0
    )
    for name, report in (
        ("rehearsal", rehearsal),
        ("rehearsal-live", replace(live(rehearsal), environment=environment)),
    ):
        for dark in (False, True):
            page.dark(dark)
            seen(page, render(report), tmp_path)
            page.picture(PICTURES / f"{name}{'-dark' if dark else ''}.png")
    assert page.complaints() == []
