"""Go or no-go, with every reason. Nothing is weighed and nothing is scored: one reason against it is no go."""

from __future__ import annotations

from migrate.model.cutover import Evidence
from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.model.readiness import Blocker, Decision, StageStanding, StageState
from migrate.operations import history
from migrate.operations.readiness.record import Record

NEEDED = {
    "provision": "aurora-migrate provision apply",
    "replicate": "aurora-migrate replicate start",
}
"""Stages that must have ended well, and what begins them; assessment and validation have gates of their own."""
UNWOUND, GATE_SHUT = "unwound", "CUT-020"
"""How a cutover ends that failed before its switch; and the code where gates stopped it, which tell it themselves."""


def decide(record: Record, blockers: tuple[Blocker, ...]) -> tuple[Decision, tuple[str, ...]]:
    """The decision, and what is against a cutover."""
    if history.last_done(record, "finalize") is not None:
        return Decision.FINISHED, ()
    if history.abandoned(record):
        return Decision.ABANDONED, ()
    if history.known_owner(record) is Side.TARGET:
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
    found += _unwound(record)
    for one in stages:
        if one.stage in NEEDED and one.state not in (StageState.DONE, StageState.OPEN):
            found.append(_blocker(f"stage {one.stage}", one.told or one.state.value, NEEDED[one.stage]))
    return tuple(found)


def _unwound(record: Record) -> list[Blocker]:
    """The last cutover, where it failed: what stopped it stands until a validation has been clean since."""
    runs = history.runs(record, *history.HANDOVERS)
    if not runs or runs[-1].stage != "cutover" or runs[-1].outcome != UNWOUND:
        return []
    failed = [e for e in record.entries(run=runs[-1].run, kind=Kind.FAILED) if e.body.get("code") != GATE_SHUT]
    if not failed or any(one.taken_at > failed[-1].at for one in record.evidence("validation") if _clean(one)):
        return []
    body = failed[-1].body
    why = f"unwound after {failed[-1].step}: {body.get('code')} {body.get('message')}"
    return [_blocker(f"run {runs[-1].run}", why, "aurora-migrate validate, once the cause is seen to")]


def _clean(one: Evidence) -> bool:
    return one.facts.get("verdict") == "match"


def _blocker(what: str, why: str, command: str) -> Blocker:
    return Blocker(what=what, why=why, owner="", hours=None, next=f"Run: {command}")
