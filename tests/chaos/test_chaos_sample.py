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


INSTANT_STEPS = 6
"""So many steps may be over, each time they are tried, before the harness holds the journal: a miss says nothing."""


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
    missed = _never_hit(engine, cases, tmp_path)
    assert len(missed) <= INSTANT_STEPS, missed


@pytest.mark.parametrize(
    ("engine", "size"),
    [
        pytest.param(Engine.POSTGRES, 4, marks=pytest.mark.xdist_group("chaos")),
        pytest.param(Engine.MARIADB, 4, marks=pytest.mark.xdist_group("chaos-mariadb")),
    ],
)
def test_nothing_is_lost_whatever_happens(engine: Engine, size: int, tmp_path: Path) -> None:
    handovers = [case for case in every_case(engine) if case.run != "finalize"]
    assert not _never_hit(engine, sample(handovers, size, SEED), tmp_path)


def _never_hit(engine: Engine, cases: list[Case], home: Path) -> set[str]:
    """Play them. Fails where one failed."""
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
    return {case.name for case in cases} - results.done()
