"""The page as a real browser reads it: what somebody else wrote made no element, ran nothing and loaded nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.render import Form, render

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
RAN = "document.title='ran'"
HOSTILE = f'</title></style></svg></td></table><img src=x onerror="{RAN}"><script>{RAN}</script>'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="there is no Chromium"),
]


def seen(page: str, folder: Path) -> str:
    """The document after the browser has read it."""
    file = folder / "readiness.html"
    file.write_text(page, encoding="utf-8")
    quiet = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-extensions",
        f"--user-data-dir={folder / 'profile'}",
    )
    ran = subprocess.run(
        [CHROMIUM or "chromium", *quiet, "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return ran.stdout


def elements(document: str) -> list[str]:
    return re.findall(r"<([a-z][a-z0-9]*)", document)


def test_hostile_names_are_words_in_a_browser(rich: Callable[[str], ReadinessReport], tmp_path: Path) -> None:
    hostile = seen(render(rich(HOSTILE), Form.HTML), tmp_path)
    assert "<title>No-go: orders</title>" in hostile, "nothing ran"
    assert elements(hostile) == elements(seen(render(rich("plain"), Form.HTML), tmp_path))
    assert "&lt;script&gt;" in hostile


def test_the_browser_mends_nothing(rich: Callable[[str], ReadinessReport], tmp_path: Path) -> None:
    """Markup that does not nest would come back with other elements than were written."""
    page = render(rich("plain"), Form.HTML)
    assert elements(seen(page, tmp_path)) == elements(page)
