"""Where the migration stands, stage by stage."""

from __future__ import annotations

from datetime import datetime

from migrate.model.cutover import Evidence
from migrate.model.readiness import StageStanding, StageState
from migrate.model.vouched import VouchedRehearsal
from migrate.operations import history
from migrate.operations.moved import STALE
from migrate.operations.readiness.record import Record

ENDED = {"done": StageState.DONE, history.OPEN: StageState.OPEN}


def stages(record: Record, rehearsals: tuple[VouchedRehearsal, ...], now: datetime) -> tuple[StageStanding, ...]:
    """In their order. A rehearsal is none of them, but stands where it belongs: before the cutover."""
    return (
        _assessed(record.latest("assessment"), now),
        _ran(record, "provision", "the cluster stands"),
        _ran(record, "replicate", "loaded, and following changes"),
        _validated(record.latest("validation"), now),
        _rehearsed(rehearsals),
        _handed_over(record),
        _ran(record, "finalize", "the way back was given up"),
    )


def _assessed(found: Evidence | None, now: datetime) -> StageStanding:
    if found is None:
        return _nothing("assess")
    told = ", ".join(f"{name}: {found.facts.get(name)}" for name in ("blockers", "warnings", "notices"))
    state = StageState.SAYS_NO if found.facts.get("blockers") else _fresh(found, now)
    return StageStanding(stage="assess", state=state, told=told, began=found.taken_at)


def _validated(found: Evidence | None, now: datetime) -> StageStanding:
    if found is None:
        return _nothing("validate")
    verdict, seconds = found.facts.get("verdict"), found.facts.get("seconds")
    rows, tables = found.facts.get("rows"), found.facts.get("tables")
    counted = f", {rows:,} rows of {tables} tables" if isinstance(rows, int) else ""
    state = _fresh(found, now) if verdict == "match" else StageState.SAYS_NO
    told = f"{verdict}{counted}"
    if verdict == STALE:
        state, told = StageState.UNDONE, f"counts no more: {found.facts.get('why')}"
    return StageStanding(
        stage="validate",
        state=state,
        told=told,
        began=found.taken_at,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


def _rehearsed(rehearsals: tuple[VouchedRehearsal, ...]) -> StageStanding:
    if not rehearsals:
        return StageStanding(stage="rehearse", state=StageState.NOT_BEGUN, told="no report is kept")
    last, passed = rehearsals[-1], sum(one.stands for one in rehearsals)
    ended = ("passed" if last.passed else "failed") if last.counts else "was changed since"
    return StageStanding(
        stage="rehearse",
        state=StageState.DONE if last.stands else StageState.SAYS_NO,
        told=f"{passed} of {len(rehearsals)} passed; the last {ended}",
        began=last.started_at,
        seconds=last.seconds,
    )


def _handed_over(record: Record) -> StageStanding:
    runs = history.runs(record, *history.HANDOVERS)
    if not runs:
        return _nothing("cutover")
    last = runs[-1]
    told = f"{last.run}: {last.outcome}"
    if last.stage == "rollback" and last.outcome == "done":
        return _of(record, "cutover", last, StageState.UNDONE, f"{told}; the application is back on the source")
    frozen = history.freeze_seconds(record, last.run)
    told += f", frozen for {frozen:.2f} s" if frozen is not None else ""
    return _of(record, "cutover", last, ENDED.get(last.outcome, StageState.UNDONE), told)


def _ran(record: Record, stage: str, done: str) -> StageStanding:
    runs = history.runs(record, stage)
    if not runs:
        return _nothing(stage)
    last = runs[-1]
    state = ENDED.get(last.outcome, StageState.UNDONE)
    return _of(record, stage, last, state, done if state is StageState.DONE else f"{last.run}: {last.outcome}")


def _of(record: Record, stage: str, run: history.Run, state: StageState, told: str) -> StageStanding:
    entries = record.entries(run=run.run)
    seconds = (entries[-1].at - run.began).total_seconds() if entries else None
    return StageStanding(stage=stage, state=state, told=told, began=run.began, seconds=seconds)


def _nothing(stage: str) -> StageStanding:
    return StageStanding(stage=stage, state=StageState.NOT_BEGUN, told="")


def _fresh(found: Evidence, now: datetime) -> StageState:
    return StageState.DONE if now < found.expires_at else StageState.EXPIRED
