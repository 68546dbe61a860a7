"""The stages of a migration, from the first assessment to the end of the way back."""

from __future__ import annotations

from migrate.model.control_room import StageView, Standing
from migrate.model.sighting import Sighting, SightingKind
from migrate.operations import history
from migrate.operations.control_room.steps import People
from migrate.ports.journal import Journal

RUNS = ("provision", "replicate", "cutover", "rollback", "finalize")
ORDER = ("assess", "provision", "replicate", "validate", "cutover", "rollback", "finalize")
_STANDING = {
    "done": Standing.DONE,
    "unwound": Standing.UNDONE,
    history.DESTROYED: Standing.UNDONE,
    "said no": Standing.SAID_NO,
    "failed": Standing.FAILED,
}


def stages(journal: Journal, sightings: list[Sighting], people: People) -> tuple[StageView, ...]:
    """A rollback that never was is left out."""
    seen = {one.subject: one for one in sightings if one.kind is SightingKind.STAGE}
    views = [
        _of_run(journal, name, people) if name in RUNS else _of_evidence(journal, name, seen, people) for name in ORDER
    ]
    return tuple(one for one in views if one.name != "rollback" or one.standing is not Standing.TO_DO)


def _of_run(journal: Journal, name: str, people: People) -> StageView:
    begun = history.runs(journal, name)
    if not begun:
        return StageView(name=name, standing=Standing.TO_DO)
    run = begun[-1]
    entries = journal.entries(run=run.run)
    if run.outcome == history.OPEN:
        working = people.at_work is not None and entries[-1].fence == people.at_work
        standing = Standing.RUNNING if working else Standing.BROKEN_OFF
        return StageView(name=name, standing=standing, at=run.began, remark=run.run)
    seconds = round((entries[-1].at - run.began).total_seconds(), 3)
    return StageView(name=name, standing=_STANDING.get(run.outcome, Standing.FAILED), at=run.began, seconds=seconds,
                     remark=run.run)  # fmt: skip


def _of_evidence(journal: Journal, name: str, seen: dict[str, Sighting], people: People) -> StageView:
    """Stages without steps: what they found is on record, that they run is only said."""
    told = seen.get(name)
    taken = journal.evidence("assessment" if name == "assess" else "validation")
    since = people.since if people.at_work is not None else None
    if told is not None and told.body.get("outcome") == "running" and since is not None and told.at >= since:
        return StageView(name=name, standing=Standing.RUNNING, at=told.at)
    if not taken:
        standing = Standing.TO_DO if told is None else _STANDING.get(str(told.body.get("outcome")), Standing.BROKEN_OFF)
        return StageView(name=name, standing=standing, at=told.at if told else None)
    facts = taken[-1].facts
    if name == "assess":
        blockers = facts.get("blockers", 0)
        standing = Standing.SAID_NO if blockers else Standing.DONE
        remark = f"{blockers} blockers, {facts.get('warnings', 0)} warnings"
    else:
        verdict = str(facts.get("verdict"))
        standing = Standing.DONE if verdict == "match" else Standing.SAID_NO
        remark = verdict
    seconds = facts.get("seconds")
    return StageView(name=name, standing=standing, at=taken[-1].taken_at, remark=remark,
                     seconds=float(seconds) if isinstance(seconds, int | float) else None)  # fmt: skip
