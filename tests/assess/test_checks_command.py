"""`checks list` shows the rules that are asked for; `checks new` begins one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.registry import catalogue
from tests.assess.conftest import Ran

Run = Callable[..., Ran]


def listed(run: Run, *words: str) -> set[str]:
    return {row["code"] for row in run("checks", "list", "--format", "json", *words).json}


def test_all_of_them_without_a_filter(run: Run) -> None:
    assert listed(run) == set(catalogue())


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--engine", "mariadb"), lambda rule: "mariadb" in rule.engines),
        (("--severity", "blocker"), lambda rule: rule.severity == "blocker"),
        (("--blocks", "replicate"), lambda rule: rule.blocks == "replicate"),
        (
            ("--select", "PG3", "--ignore", "PG30"),
            lambda r: r.mandatory or (r.code[:3] == "PG3" and r.code[:4] != "PG30"),
        ),
    ],
)
def test_a_filter_keeps_what_it_says(run: Run, words: tuple[str, ...], wanted: Callable[..., bool]) -> None:
    assert listed(run, *words) == {rule.code for rule in catalogue().values() if wanted(rule)}


@pytest.mark.parametrize("words", [("--select", "PG77"), ("--blocks", "tea"), ("--severity", "mild")])
def test_a_filter_that_means_nothing_is_a_mistake(run: Run, words: tuple[str, str]) -> None:
    ran = run("checks", "list", *words)
    assert (ran.code, ran.out) == (2, "")


def test_a_new_rule_is_one_file(run: Run, tmp_path: Path) -> None:
    ran = run("checks", "new", "PG998", "table-of-straw", "--folder", str(tmp_path))
    assert (ran.code, [ran.out.strip()]) == (0, [str(path) for path in tmp_path.rglob("*.py")])
    again = run("checks", "new", "PG998", "table-of-straw", "--folder", str(tmp_path), "--format", "json")
    assert again.code == 2
    assert json.loads(again.out)["code"] == "CFG-000"
