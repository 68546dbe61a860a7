"""Plays cases one after another in an arena, and sets up a new one where a case leaves nothing to go on with."""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from checks.route import Engine
from migrate.sandbox import client
from tests.chaos.arena import Arena, arena
from tests.chaos.case import Case
from tests.chaos.giving_up import chains, give_up
from tests.chaos.results import Results
from tests.chaos.trial import Result, trial

CASES_PER_ARENA = 30
"""The journal and the ledger grow with every case, and both are read from the beginning."""
ATTEMPTS = 3


def play(
    engine: Engine, cases: Sequence[Case], results: Results, *, seed: int, scale: float, until: float
) -> Iterator[Result]:
    """Each case's result, in an order that suits: a rollback follows the cutover that was resumed before it, and
    finalize, which ends an arena, comes last."""
    handovers = [case for case in cases if case.run != "finalize"]
    left, attempts = handovers, Counter[str]()
    while left and time.monotonic() < until:
        with arena(engine, scale) as here:
            told = conditions(here)
            for _ in range(CASES_PER_ARENA):
                if not left or time.monotonic() >= until:
                    return
                case = _next(left, here.owner())
                left.remove(case)
                _lead_to(here, case)
                attempts[case.name] += 1
                result = trial(here, case, seed)
                results.add(result, told)
                yield result
                if not result.conclusive and attempts[case.name] < ATTEMPTS:
                    left.append(case)
                if result.conclusive and not result.kept:
                    break
    for chain in chains([case for case in cases if case.run == "finalize"]):
        if time.monotonic() < until:
            with arena(engine, scale) as here:
                _lead_to(here, chain[0])
                for result in give_up(here, chain, seed):
                    results.add(result, conditions(here))
                    yield result


def _next(left: Sequence[Case], owner: str) -> Case:
    """One that starts from where the application is, if there is one."""
    suits = "cutover" if owner == "source" else "rollback"
    return next((case for case in left if case.run == suits), left[0])


def _lead_to(here: Arena, case: Case) -> None:
    """Bring the application to where the case starts, by a handover without trouble."""
    owner = here.owner()
    if case.run == "cutover" and owner == "target":
        here.staged.must("rollback")
    elif case.run != "cutover" and owner == "source":
        here.staged.must("cutover", "approve", "--by", "chaos")
        here.staged.must("cutover", "run")


def conditions(here: Arena) -> dict[str, str]:
    servers = client.status(here.staged.sandbox.control_url)["servers"]
    versions = ", ".join(f"{server['role']} {server['engine']} {server['version']}" for server in servers)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "servers": versions,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
