"""Of the kill table: every step, killed right after its intent, and a few cases of the rest, drawn by a seed.

`python -m tests.chaos` plays them all.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from checks.route import Engine
from migrate.sandbox.servers.mysql_binaries import Flavor
from tests.chaos.case import Case, Trouble, every_case
from tests.chaos.play import play
from tests.chaos.results import Results
from tests.chaos.sample import sample
from tests.mysql_programs import require

LONGEST = 1800.0
pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(LONGEST + 600)]
SEED = 11


INSTANT = {
    "prepare/refresh-views",
    "after/refresh-views",
    "after/drop-freeze-slot",
    "close/prove-locked",
    "retire/switch",
}
"""Steps with little or nothing to do here: they may be over, each time they are tried, before the harness holds the
journal."""


@pytest.mark.parametrize(
    "engine",
    [
        pytest.param(Engine.POSTGRES, marks=pytest.mark.xdist_group("chaos")),
        pytest.param(Engine.MYSQL, marks=pytest.mark.xdist_group("chaos-mysql")),
    ],
)
def test_every_step_killed_after_its_intent_is_gone_on_with(engine: Engine, tmp_path: Path) -> None:
    """Cutover, rollback and finalize; many kills in each run."""
    cases = [case for case in every_case(engine) if case.trouble is Trouble.AFTER_INTENT and case.on != "rollback"]
    missed = _played(engine, cases, tmp_path)
    assert {case.step for case in cases if case.name in missed} <= INSTANT, missed


@pytest.mark.parametrize(
    ("engine", "size"),
    [
        pytest.param(Engine.POSTGRES, 4, marks=pytest.mark.xdist_group("chaos")),
        pytest.param(Engine.MARIADB, 4, marks=pytest.mark.xdist_group("chaos-mariadb")),
    ],
)
def test_nothing_is_lost_whatever_happens(engine: Engine, size: int, tmp_path: Path) -> None:
    handovers = [case for case in every_case(engine) if case.run != "finalize"]
    assert not _played(engine, sample(handovers, size, SEED), tmp_path)


def _played(engine: Engine, cases: list[Case], home: Path) -> set[str]:
    """Play them; returns those whose point was never hit. Fails where one failed, or was not played."""
    if engine is not Engine.POSTGRES:
        require(Flavor.MYSQL)
    if engine is Engine.MARIADB:
        require(Flavor.MARIADB)
    results = Results(home / "results.jsonl")
    until = time.monotonic() + LONGEST
    failed = [
        result.facts()
        for result in play(engine, cases, results, seed=SEED, scale=0.02, until=until)
        if result.conclusive and not result.kept
    ]
    assert not failed
    names = {case.name for case in cases}
    assert names == {str(row["case"]) for row in results.all()}
    return names - results.done()
