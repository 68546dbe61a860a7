"""The catalogue explains itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from checks.__main__ import main
from checks.explain import document
from checks.registry import catalogue


def test_the_list_has_every_rule_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue())


@pytest.mark.parametrize("code", [*catalogue(), "pg301"])
def test_every_rule_has_a_page(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    page = capsys.readouterr().out
    for part in (code.upper(), "### What to do", "Severity:", "Source:"):
        assert part in page


def test_an_unknown_code_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "PG000"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "PG000" in captured.err


def test_the_document_holds_all_of_them() -> None:
    text = document()
    assert all(f"## {code} {rule.slug}" in text for code, rule in catalogue().items())


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "checks", "list"], capture_output=True, text=True, check=True)
    assert "PG301" in done.stdout
