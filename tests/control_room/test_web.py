"""The control room in a real browser, over HTTP, from the program as people start it."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from migrate.events import LagSeen, LedgerSeen, Noted, TablesSeen
from migrate.model.control_room import ControlRoom
from migrate.model.journal import Kind
from migrate.report.control_room.page import Pages
from migrate.web.changes import changes
from migrate.web.looking import Looking
from tests.browser import Page, browser
from tests.clocks import HandClock
from tests.control_room.story import Story, statistics

HOSTILE = 'shop.<img src=x onerror="document.title=1"></section><script>document.title=2</script>'
PICTURES = Path(__file__).resolve().parents[2] / "build" / "pictures"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Told as of now: the browser's clocks run by the server's."""
    told = Story(tmp_path, HandClock(datetime.now(UTC) - timedelta(minutes=4)))
    yield told
    told.close()


@contextmanager
def served(config: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and the address that it says."""
    command = [sys.executable, "-m", "migrate", "watch", "-c", str(config), "--web", "--interval", "0.2", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def asked(url: str, path: str, method: str = "GET", host: str = "") -> http.client.HTTPResponse:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    connection.request(method, path, headers={"Host": host or place.netloc})
    return connection.getresponse()


def freeze(story: Story, tables: int) -> None:
    """A cutover under its freeze for some seconds; the last table has a hostile name."""
    names = [*(f"shop.t{number:04}" for number in range(tables - 1)), HOSTILE]
    story.set_up(names)
    story.scribe(TablesSeen("orders-main-forward-0", tuple(statistics(n, "Table completed", 7) for n in names)))
    story.scribe(LagSeen("orders-main-forward-0", 0.41, arrived=True))
    story.scribe(LedgerSeen(295035, 9, 15, 389.0))
    story.scribe(Noted("a note & <b>no markup</b>", warning=True))
    story.begin_cutover()
    story.gate("cutover-1", "owner-certain", "open")
    story.step("cutover-1", "gates/preflight")
    story.clock.instant = datetime.now(UTC)
    story.step("cutover-1", "freeze/fence")
    story.write(Kind.INTENT, "cutover-1", "drain/marker:main")
    story.scribe.close()


def text(page: Page, panel: str) -> str:
    return str(page.run(f"document.getElementById('{panel}').innerText"))


def test_in_a_browser_two_thousand_tables_a_freeze_and_a_hostile_name(story: Story, config: Path) -> None:
    with browser() as page, story.held():
        freeze(story, 2000)
        with served(config) as (process, url):
            page.size(1920, 1080)
            page.open(url)
            page.wait("document.querySelectorAll('#grid i').length === 2000")
            page.wait("Number(document.querySelector('[data-freeze]').firstChild.textContent) > 0")
            first = float(page.run("Number(document.querySelector('[data-freeze]').firstChild.textContent)"))
            page.wait(f"Number(document.querySelector('[data-freeze]').firstChild.textContent) > {first} + 0.3")
            assert "▶\tawait a marker" in text(page, "steps")
            assert "0.41" in text(page, "lag")
            assert "295,035" in text(page, "ledger")
            assert "<b>no markup</b>" in text(page, "log")
            assert page.run("document.documentElement.scrollHeight <= 1080"), "the wall shows all of it, unscrolled"
            _pictures(page)
            _heard(page)

            story.gate("cutover-1", "tables-complete", "closed", "1 of 2000 tables", moment="frozen")
            page.wait("document.querySelector('#gates li.bad')?.innerText.includes('1 of 2000 tables') ?? false")
            story.scribe(TablesSeen("orders-main-forward-0", (statistics(HOSTILE, "Table error", 7),)))
            page.wait("document.querySelectorAll('#grid i.bad').length === 1")
            assert HOSTILE in page.run("document.querySelector('#grid i.bad').title")
            assert HOSTILE in text(page, "tables")
            assert page.run("document.querySelectorAll('script').length") == 1
            assert page.run("document.querySelectorAll('img').length") == 0
            assert page.run("document.title") == "orders: control room"
            assert page.complaints() == []

            assert page.run("document.getElementById('lost').hidden")
            process.kill()
            page.wait("!document.getElementById('lost').hidden")


def _heard(page: Page) -> None:
    """A screen reader says what turns, never what ticks; whoever has only keys can scroll."""
    said = "document.getElementById('freeze-said')"
    page.wait(f"{said}.textContent.startsWith('Freeze: running budget 60 s')")
    counted = "MutationObserver(seen => { window.spoken = (window.spoken || 0) + seen.length })"
    page.run(f"void new {counted}.observe({said}, {{childList: true, characterData: true, subtree: true}})")
    seconds = float(page.run("Number(document.querySelector('[data-freeze]').firstChild.textContent)"))
    page.wait(f"Number(document.querySelector('[data-freeze]').firstChild.textContent) > {seconds} + 0.5")
    assert page.run("window.spoken || 0") == 0
    live = "[...document.querySelectorAll('[role=status], [role=alert], [aria-live=polite]')]"
    ticking = "[data-clock], [data-ago], [data-since], [data-until], [data-freeze]"
    assert page.run(f"{live}.length") == 3
    assert page.run(f"{live}.every(one => !one.querySelector('{ticking}'))")
    assert page.run("[...document.querySelectorAll('.panel')].every(one => one.tabIndex === 0)")
    named = "one.ariaLabel || document.getElementById(one.getAttribute('aria-labelledby')).textContent"
    labels = page.run(f"[...document.querySelectorAll('.panel')].map(one => {named})")
    assert [label.split()[0] for label in labels] == ["steps", "gates", "tables", "Tables", "log"]
    assert "2,000" in labels[3], "the grid is told by what it counts"


def _pictures(page: Page) -> None:
    """For whoever wants to see how it looks; nothing is compared."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for dark in (True, False):
        page.dark(dark)
        page.picture(PICTURES / f"control-room-{'dark' if dark else 'light'}.png")


def test_only_who_knows_the_address_is_let_in_and_the_page_may_do_little(story: Story, config: Path) -> None:
    with story.held():
        freeze(story, 3)
    with served(config) as (process, url):
        path, port = urlsplit(url).path, urlsplit(url).port
        assert urlsplit(url).hostname == "127.0.0.1"
        let_in = asked(url, path)
        assert let_in.status == 200
        assert "script-src 'self'" in let_in.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in let_in.headers["Content-Security-Policy"]
        assert "unsafe" not in let_in.headers["Content-Security-Policy"]
        assert let_in.headers["X-Content-Type-Options"] == "nosniff"
        assert let_in.headers["Referrer-Policy"] == "no-referrer"
        said = let_in.read().decode()
        assert "<script>document" not in said
        assert ' onerror="' not in said
        assert " style=" not in said
        turned_away = {
            "no token": asked(url, "/"),
            "another token": asked(url, path[:-2] + "x/"),
            "a longer way": asked(url, f"/x{path}"),
            "a site that points its name here": asked(url, path, host=f"evil.example:{port}"),
            "another act": asked(url, path, method="POST"),
            "another file": asked(url, f"{path}../room.py"),
        }
        assert {name: answer.status for name, answer in turned_away.items()} == dict.fromkeys(turned_away, 404)
        assert all(answer.headers["X-Content-Type-Options"] == "nosniff" for answer in turned_away.values())
        assert asked(url, path, host=f"localhost:{port}").status == 200
        process.send_signal(signal.SIGTERM)
        out, problem = process.communicate()
    assert (process.returncode, out, problem) == (0, "", "")


def test_a_stream_begins_with_everything_and_then_tells_what_changed(story: Story, config: Path) -> None:
    with story.held():
        freeze(story, 2000)
        with served(config) as (_, url):
            stream = asked(url, f"{urlsplit(url).path}events")
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            first = _told(stream)
            assert len(first["html"]) == 11
            story.scribe(TablesSeen("orders-main-forward-0", (statistics("shop.t0007", "Table error"),)))
            while "cells" not in (told := _told(stream)):
                pass
            assert [(number, tone) for number, tone, _ in told["cells"]] == [(8, "bad")]  # the hostile name sorts first
            assert len(json.dumps(told)) < 6000


def _told(stream: http.client.HTTPResponse) -> dict[str, dict[str, str]]:
    while not (line := stream.readline()).startswith(b"data: "):
        assert line
    told: dict[str, dict[str, str]] = json.loads(line.removeprefix(b"data: "))
    return told


def test_nothing_is_told_where_nothing_changed_and_all_where_the_tables_are_others(story: Story) -> None:
    with story.held():
        story.set_up()
        pages, first = Pages(), story.look()
        before = pages.panels(first)
        assert changes(before, pages.panels(first)) == {}
        story.set_up(["shop.orders", "shop.new"])
        told = changes(before, pages.panels(story.look()))
    assert "grid" in told["html"]
    assert "cells" not in told


def test_the_budget_counts_up_to_the_switch(story: Story) -> None:
    with story.held():
        story.set_up()
        story.begin_cutover()
        story.step("cutover-1", "freeze/fence", 2)
        counting = Pages().panels(story.look()).html["freeze"]
        story.step("cutover-1", "switch/secret", 3)
        switched = Pages().panels(story.look()).html["freeze"]
    assert 'data-budget="60.0"' in counting
    assert "data-freeze-bar" in counting
    assert 'data-budget=""' in switched, "the clock of the freeze runs on, and is late for nothing"
    assert "data-freeze=" in switched
    assert "data-freeze-bar" not in switched


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_streams_end_when_nobody_looks_any_more(story: Story) -> None:
    with story.held():
        story.set_up()
        room = story.look()

    def looks() -> Iterator[tuple[ControlRoom, str]]:
        yield room, ""
        raise ValueError("a defect of the program")

    async def told() -> list[str]:
        return [part async for part in Looking(looks()).stream()]

    said = asyncio.run(asyncio.wait_for(told(), 60))
    assert said[0].startswith("retry:")
    assert len(said) <= 2, "at most one look before the end"


def test_a_port_that_is_taken_and_an_option_that_means_nothing_are_refused(config: Path) -> None:
    with served(config) as (_, url):
        assert _refused(config, "--web", "--port", str(urlsplit(url).port)) == "CFG-092"
    assert _refused(config, "--web", "--listen", "203.0.113.7") == "CFG-092"
    assert _refused(config, "--web", "--once") == "CFG-090"


def _refused(config: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "migrate", "watch", "-c", str(config), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    assert ran.returncode == 2
    return ran.stderr.split()[0]
