"""Go or no-go, with every reason. Nothing is weighed and nothing is scored: one reason against it is no go."""

from __future__ import annotations

from migrate.model.database import Side
from migrate.model.readiness import Blocker, Decision, StageStanding, StageState
from migrate.operations import history
from migrate.operations.readiness.record import Record

NEEDED = {
    "provision": "aurora-migrate provision apply",
    "replicate": "aurora-migrate replicate start",
}
"""Stages that must have ended well, and what begins them; assessment and validation have gates of their own."""


def decide(record: Record, blockers: tuple[Blocker, ...]) -> tuple[Decision, tuple[str, ...]]:
    """The decision, and what is against a cutover."""
    if history.last_done(record, "finalize") is not None:
        return Decision.FINISHED, ()
    if history.abandoned(record):
        return Decision.ABANDONED, ()
    if history.owner(record) is Side.TARGET:
        return Decision.SWITCHED, ()
    reasons = tuple(f"{one.what}: {one.why}" for one in blockers)
    return (Decision.NO_GO, reasons) if reasons else (Decision.GO, ())


def missing(record: Record, stages: tuple[StageStanding, ...], next_command: str) -> tuple[Blocker, ...]:
    """Stages that have to come first, and a run that was begun and has not ended."""
    found = []
    begun = history.open_run(record)
    if begun is not None:
        found.append(
            _blocker(f"run {begun.run}", f"begun at {begun.began:%Y-%m-%d %H:%M} UTC, not ended", next_command)
        )
    for one in stages:
        if one.stage in NEEDED and one.state not in (StageState.DONE, StageState.OPEN):
            found.append(_blocker(f"stage {one.stage}", one.told or one.state.value, NEEDED[one.stage]))
    return tuple(found)


def _blocker(what: str, why: str, command: str) -> Blocker:
    return Blocker(what=what, why=why, owner="", hours=None, next=f"Run: {command}")
