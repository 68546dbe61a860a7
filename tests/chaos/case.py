"""The cases of the kill table: every step of a run, every point at which it can be killed, every fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from checks.route import Engine
from migrate.runner.load import load
from migrate.shipped import shipped

RUNS = ("cutover", "rollback", "finalize")


class Trouble(StrEnum):
    """What is done to a run at a step. The first four kill the runner, the others harm what it works with."""

    BEFORE_INTENT = "killed before intent"
    AFTER_INTENT = "killed after intent"
    AFTER_ACT = "killed after act"
    AFTER_DONE = "killed after done"
    SOURCE_KILLED = "source killed"
    TARGET_KILLED = "target killed"
    LINK_CUT = "link cut"
    API_DOWN = "API down"
    SLOW = "slow"

    @property
    def kills_the_runner(self) -> bool:
        return self.value.startswith("killed")


KILLS = tuple(trouble for trouble in Trouble if trouble.kills_the_runner)
FAULTS = tuple(trouble for trouble in Trouble if not trouble.kills_the_runner)


@dataclass(frozen=True)
class Case:
    """`on` is what the operator does next: `resume` or `rollback` (of a cutover), or the same command `again`."""

    engine: Engine
    run: str
    step: str
    trouble: Trouble
    on: str

    @property
    def name(self) -> str:
        """Unique, and the same in every run of the harness: what is done is not done again."""
        return f"{self.engine.value}/{self.run}/{self.step}/{self.trouble.value}/{self.on}"


UNASKED = {"prepare/transactions"}
"""Steps that the arena's settings do not ask for: no plan has them."""


def steps(run: str) -> tuple[str, ...]:
    """Names of a runbook's steps, in order."""
    return tuple(step for step in load(shipped("runbooks") / f"{run}.toml").steps if step not in UNASKED)


def every_case(engine: Engine) -> Iterator[Case]:
    """The full table of one engine, in the order of the runbooks."""
    for run in RUNS:
        for step in steps(run):
            for trouble in KILLS if run == "finalize" else Trouble:
                for on in ("resume", "rollback") if run == "cutover" and trouble.kills_the_runner else ("again",):
                    yield Case(engine, run, step, trouble, on)
