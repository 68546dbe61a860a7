"""The page of versions says what was executed, and nothing is claimed that was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.versions import results
from tests.versions.page import PAGE, page
from tests.versions.roster import DOCUMENTED, RELEASES, TESTS, Release

ROOT = Path(__file__).resolve().parents[2]
ROWS = {(row["engine"], row["name"]): row for row in results.read()}


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(results.read()), "run: python -m tests.versions.page"


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.title)
def test_every_version_was_executed_with_the_tests_of_today(release: Release) -> None:
    row = ROWS[release.engine.value, release.name]
    assert row["tests"] == list(TESTS[release.engine]), "run: make versions"
    assert row["version"].startswith(release.name)
    assert row["passed"] > 0
    assert row["failed"] == []


def test_no_result_is_of_a_version_that_is_not_fetched() -> None:
    assert ROWS.keys() == {(release.engine.value, release.name) for release in RELEASES}


def test_what_is_only_documented_was_not_executed() -> None:
    assert not {(engine.value, name) for engine, names in DOCUMENTED.items() for name in names} & ROWS.keys()


@pytest.mark.parametrize("name", sorted({name for names in TESTS.values() for name in names}))
def test_the_tests_are_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_a_failure_and_a_version_not_yet_executed_are_said() -> None:
    told = {"engine": "postgres", "version": "16.1", "date": "2026-11-27", "tests": [], "skipped": []}
    text = page([{**told, "name": "16", "passed": 3, "failed": ["a::b"]}])
    assert "| 16 | 16.1 | **1 of 4 tests failed** | 2026-11-27 |" in text
    assert "| 15 | nothing yet | not executed | |" in text
