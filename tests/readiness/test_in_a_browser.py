"""The page as a real browser reads it: what somebody else wrote made no element, ran nothing and loaded nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.render import Form, render
from tests.browser import Page, browser

RAN = "document.title='ran'"
HOSTILE = f'</title></style></svg></td></table><img src=x onerror="{RAN}"><script>{RAN}</script>'
PICTURES = Path(__file__).resolve().parents[2] / "build/pictures"
ELEMENTS = "[...document.querySelectorAll('*')].map(one => one.tagName.toLowerCase())"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        opened.size(1180, 1400)
        yield opened


def seen(page: Page, text: str, folder: Path) -> list[str]:
    """Its elements after the browser has read it."""
    file = folder / "readiness.html"
    file.write_text(text, encoding="utf-8")
    page.open("about:blank?next")
    page.open(file.as_uri())
    return list(page.run(ELEMENTS))


def test_hostile_names_are_words_in_a_browser(
    page: Page, rich: Callable[[str], ReadinessReport], tmp_path: Path
) -> None:
    hostile = seen(page, render(rich(HOSTILE), Form.HTML), tmp_path)
    assert page.run("document.title") == "No-go: orders", "nothing ran"
    assert "<script>" in page.run("document.body.innerText")
    assert hostile == seen(page, render(rich("plain"), Form.HTML), tmp_path)


def test_the_browser_mends_nothing(page: Page, rich: Callable[[str], ReadinessReport], tmp_path: Path) -> None:
    """Markup that does not nest would come back with other elements than were written."""
    text = render(rich("plain"), Form.HTML)
    assert seen(page, text, tmp_path) == re.findall(r"<([a-z][a-z0-9]*)", text)


def test_it_is_printed_with_nothing_from_elsewhere_and_pictures_are_kept(
    page: Page, rich: Callable[[str], ReadinessReport], tmp_path: Path
) -> None:
    """Somebody sends the report round as a PDF. Light and dark are for whoever looks at the artifacts of a build."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.call("Network.enable")
    page.events.clear()
    for dark in (False, True):
        page.dark(dark)
        seen(page, render(rich("public.orders"), Form.HTML), tmp_path)
        page.picture(PICTURES / f"readiness{'-dark' if dark else ''}.png")
    printed = page.pdf()
    (PICTURES / "readiness.pdf").write_bytes(printed)
    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 1
    assert page.complaints() == []
    assert {url.partition(":")[0] for url in page.requests()} <= {"file", "about", "data"}
    assert any(url.startswith("file:") for url in page.requests()), "requests are seen at all"
