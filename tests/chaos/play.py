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
from tests.chaos.case import Case, every_case
from tests.chaos.chain import chains, play_chain
from tests.chaos.results import Results
from tests.chaos.trial import Result, trial
from tests.scenarios.theatre import Staged

CASES_PER_ARENA = 30
"""The journal and the ledger grow with every case, and both are read from the beginning."""
ATTEMPTS = 3


def play(
    engine: Engine, cases: Sequence[Case], results: Results, *, seed: int, scale: float, until: float
) -> Iterator[Result]:
    """Each case's result, in an order that suits: a rollback follows the cutover that was resumed before it, and
    finalize, which ends an arena, comes last."""
    asked = set(cases)
    work = [*chains([case for case in every_case(engine) if case in asked and _in_chain(case)])]
    work += ([case] for case in cases if not _in_chain(case))
    attempts = Counter[str]()
    while work and time.monotonic() < until:
        with arena(engine, scale) as here:
            told, played = conditions(here.staged), 0
            while work and played < CASES_PER_ARENA and time.monotonic() < until:
                part = _next(work, here.owner())
                work.remove(part)
                _lead_to(here, part[0])
                attempts.update(case.name for case in part)
                played += len(part)
                found = play_chain(here, part, seed) if _in_chain(part[0]) else [trial(here, part[0], seed)]
                for result in found:
                    results.add(result, told)
                    yield result
                missed = {result.case for result in found if not result.conclusive}
                if again := [case for case in part if case.name in missed and attempts[case.name] < ATTEMPTS]:
                    work.append(again)
                if part[0].run == "finalize" or any(result.conclusive and not result.kept for result in found):
                    break


def _in_chain(case: Case) -> bool:
    return case.trouble.kills_the_runner and case.on != "rollback"


def _next(work: Sequence[list[Case]], owner: str) -> list[Case]:
    """What starts from where the application is, if there is such. Finalize, which ends the arena, comes last."""
    suits = "cutover" if owner == "source" else "rollback"
    handovers = [part for part in work if part[0].run != "finalize"]
    return next((part for part in handovers if part[0].run == suits), (handovers or list(work))[0])


def _lead_to(here: Arena, case: Case) -> None:
    """Bring the application to where the case starts, by a handover without trouble."""
    owner = here.owner()
    if case.run == "cutover" and owner == "target":
        here.staged.must("rollback")
    elif case.run != "cutover" and owner == "source":
        here.staged.must("cutover", "approve", "--by", "chaos")
        here.staged.must("cutover", "run")


def conditions(staged: Staged) -> dict[str, str]:
    servers = client.status(staged.sandbox.control_url)["servers"]
    versions = ", ".join(f"{server['role']} {server['engine']} {server['version']}" for server in servers)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "servers": versions,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
