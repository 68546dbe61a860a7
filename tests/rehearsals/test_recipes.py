"""The recipes for continuous builds: they call what exists, and nothing in them hides a regression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.shipped import shipped

RECIPES = sorted((shipped("runbooks") / "ci").glob("*.yml"))


def scripts(node: Any) -> Iterator[str]:
    """Every shell text of a recipe."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "script", "before_script"):
                yield from value if isinstance(value, list) else [value]
            else:
                yield from scripts(value)
    elif isinstance(node, list):
        for one in node:
            yield from scripts(one)


@pytest.fixture(params=RECIPES, ids=lambda path: path.name)
def recipe(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_both_are_shipped() -> None:
    assert [path.name for path in RECIPES] == ["github-actions.yml", "gitlab-ci.yml"]


def test_a_rehearsal_is_compared_with_earlier_ones(recipe: Path) -> None:
    """That the program takes both lines is a test of every command that is shown."""
    text = "\n".join(scripts(yaml.safe_load(recipe.read_text())))
    commands = re.findall(r"^ *(aurora-migrate .*)$", text, re.MULTILINE)
    assert [command.split()[1:3] for command in commands if "sandbox fetch" not in command] == [
        ["rehearse", "run"],
        ["rehearse", "history"],
    ]


def test_what_is_installed_is_the_wheel_that_one_has_built(recipe: Path) -> None:
    """It is in no index. MySQL and MariaDB need a server, too."""
    text = recipe.read_text()
    assert "aurora-migrate[sandbox] @ $WHEEL" in text
    assert re.search(r"WHEEL: \S+\.whl # yours", text)
    assert "aurora-migrate sandbox fetch" in text
    assert "python:3.12-bookworm" in text, "the servers are made of Debian's packages"


def test_nothing_swallows_a_failure(recipe: Path) -> None:
    text = recipe.read_text()
    assert not re.search(r"\|\| *true|continue-on-error|allow_failure|set \+e", text)
    assert "--junit" in text


def test_a_regression_does_not_become_the_measure_of_the_next(recipe: Path) -> None:
    """The history is saved only after the comparison has passed."""
    document = yaml.safe_load(recipe.read_text())
    if "jobs" not in document:
        job = document["rehearse"]
        assert (job["cache"]["when"], job["cache"]["policy"], job["variables"]["HISTORY"]) == (
            "on_success",
            "$HISTORY",
            "pull",
        )
        assert [rule["if"] for rule in job["rules"] if rule.get("variables", {}).get("HISTORY") == "pull-push"] == [
            "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
        ]
        return
    steps = document["jobs"]["rehearse"]["steps"]
    names = [step.get("name") for step in steps]
    saving = steps[names.index("Keep the history")]
    assert names.index("Compare with earlier ones") < names.index("Keep the history")
    assert "always()" not in saving["if"]
