"""A few cases of the kill table in the suite, drawn by a seed; `python -m tests.chaos` plays them all."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from checks.route import Engine
from migrate.sandbox.servers.mysql_binaries import Flavor
from tests.chaos.case import every_case
from tests.chaos.play import play
from tests.chaos.results import Results
from tests.chaos.sample import sample
from tests.mysql_programs import require

LONGEST = 1800.0
pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(LONGEST + 600)]
SEED = 11


@pytest.mark.parametrize(
    ("engine", "size"),
    [
        pytest.param(Engine.POSTGRES, 4, marks=pytest.mark.xdist_group("chaos")),
        pytest.param(Engine.MARIADB, 4, marks=pytest.mark.xdist_group("chaos-mariadb")),
    ],
)
def test_nothing_is_lost_whatever_happens(engine: Engine, size: int, tmp_path: Path) -> None:
    if engine is Engine.MARIADB:
        require(Flavor.MARIADB)
    handovers = [case for case in every_case(engine) if case.run != "finalize"]
    cases = sample(handovers, size, SEED)
    results = Results(tmp_path / "results.jsonl")
    until = time.monotonic() + LONGEST
    failed = [
        result.facts()
        for result in play(engine, cases, results, seed=SEED, scale=0.02, until=until)
        if result.conclusive and not result.kept
    ]
    assert not failed
    assert results.done() == {case.name for case in cases}
