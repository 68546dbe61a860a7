"""The same rehearsal several times: each in a folder of its own, and one that fails ends nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import AwsError
from migrate.events import Event, Noted
from migrate.operations.rehearsal.series import series


@pytest.mark.parametrize(("verdicts", "passed"), [("pp", True), ("pfp", False)])
def test_each_has_a_folder_and_a_verdict_of_its_own(tmp_path: Path, verdicts: str, passed: bool) -> None:
    folders: list[str] = []
    said: list[Event] = []

    def rehearse_in(folder: Path) -> Any:
        folders.append(folder.relative_to(tmp_path).as_posix())
        verdict = "passed" if verdicts[len(folders) - 1] == "p" else "failed"
        return SimpleNamespace(report=SimpleNamespace(verdict=SimpleNamespace(value=verdict)))

    ran = series(rehearse_in, tmp_path, len(verdicts), said.append)
    assert folders == [f"run-{number}" for number in range(1, len(verdicts) + 1)]
    assert (len(ran.runs), ran.passed) == (len(verdicts), passed)
    assert said[0] == Noted(f"rehearsal 1 of {len(verdicts)}")


def test_one_that_raises_ends_the_series_and_keeps_what_came_before(tmp_path: Path) -> None:
    problem = AwsError("the port is taken", code="SBX-001")

    def rehearse_in(folder: Path) -> Any:
        if folder.name == "run-3":
            raise problem
        return SimpleNamespace(report=SimpleNamespace(verdict=SimpleNamespace(value="passed")))

    ran = series(rehearse_in, tmp_path, 5, lambda _: None)
    assert (len(ran.runs), ran.problem, ran.passed) == (2, problem, False)


def test_one_alone_lies_in_the_folder_that_was_named(tmp_path: Path) -> None:
    series(lambda folder: folder.joinpath("rehearsal.json").touch(), tmp_path, 1, lambda _: None)  # type: ignore[arg-type, return-value]
    assert [path.name for path in tmp_path.iterdir()] == ["rehearsal.json"]
