"""Every gate of the cutover as the record has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from migrate.gates.registry import ask_all
from migrate.model.cutover import Evidence, Limits
from migrate.model.database import Side
from migrate.model.gate import Moment
from migrate.model.journal import Entry, Kind
from migrate.model.readiness import GateStanding, Standing
from migrate.model.runbook import Runbook
from migrate.operations import history
from migrate.operations.readiness.record import Record
from migrate.stages.cutover.consent import APPROVAL, consented_to, standing
from migrate.stages.cutover.record_view import ANSWERED, RecordView

RESTS_ON = {"way-back-probed": "way-back"}
"""Gates that the cutover's own preparation answers, and the evidence that it takes."""
HINT = "The cutover asks it again before it freezes anything."


def standings(record: Record, runbook: Runbook, limits: Limits, now: datetime) -> tuple[GateStanding, ...]:
    """In the runbook's order, those before the freeze first.

    An answer about the databases counts as long as a validation does (`limits.validation_hours`), or until the evidence
    behind it expires; closed and unknown stand until the gate is asked again. Once a cutover has switched, its own
    answers are told as they were given.
    """
    if history.known_owner(record) is Side.TARGET:
        return _of_the_switch(record)
    answers = _last_answers(record)
    view = _view(record, limits, now)
    found = []
    for moment in (Moment.PREFLIGHT, Moment.FROZEN):
        for slug in runbook.gates_at(moment):
            if moment is Moment.PREFLIGHT and slug in ANSWERED:
                found.append(_from_record(slug, view))
            else:
                asked = answers.get((moment.value, slug))
                found.append(_asked(slug, moment, asked, record, limits, now))
    return tuple(found)


def _of_the_switch(record: Record) -> tuple[GateStanding, ...]:
    run = history.runs(record, *history.HANDOVERS)[-1].run
    asked = {
        (str(entry.body.get("moment")), str(entry.body.get("gate"))): entry
        for entry in record.entries(run=run, kind=Kind.GATE)
    }
    return tuple(_told(entry, slug, Moment(moment)) for (moment, slug), entry in asked.items())


def _last_answers(record: Record) -> Mapping[tuple[str, str], Entry]:
    """Of cutovers whose replication still stands."""
    runs = {run.run for run in history.runs(record, "cutover") if run.outcome != history.DESTROYED}
    return {
        (str(entry.body.get("moment")), str(entry.body.get("gate"))): entry
        for entry in record.entries(kind=Kind.GATE)
        if entry.run in runs
    }


def _view(record: Record, limits: Limits, now: datetime) -> RecordView:
    given, run = _approvals(record)
    return RecordView(
        now=now,
        limits=limits,
        # Of the last approval: whether the plan is still that one is for the cutover to say.
        plan_digest=str(given[-1].facts.get("digest")) if given else "",
        assessment=record.latest("assessment"),
        validation=record.latest("validation"),
        approvals=tuple(one for one in standing(record, run) if one in given) if given else (),
        consented_to=consented_to(record),
    )


def _approvals(record: Record) -> tuple[list[Evidence], str]:
    """Of a cutover that has not been done, and the last run that they are for."""
    done = {run.run for run in history.runs(record) if run.outcome == "done"}
    runs = [e.run for e in record.entries(kind=Kind.EVIDENCE) if e.body.get("name") == APPROVAL]
    given = [
        (one, run)
        for one, run in zip(record.evidence(APPROVAL), runs, strict=True)
        if run.startswith("cutover-") and run not in done
    ]
    return [one for one, _ in given], given[-1][1] if given else ""


def _from_record(slug: str, view: RecordView) -> GateStanding:
    result = ask_all([slug], view)[0]
    evidence = {"no-open-blocker": view.assessment, "validation-clean-and-fresh": view.validation}.get(slug)
    if slug == "approved" and view.approvals:
        evidence = min(view.approvals, key=lambda one: one.expires_at)
    return GateStanding(
        gate=slug,
        moment=Moment.PREFLIGHT,
        standing=Standing(result.answer.value),
        reason=result.reason,
        observed=result.observed,
        limit=result.limit,
        hint=result.hint,
        asked_at=evidence.taken_at if evidence else None,
        counts_until=evidence.expires_at if evidence else None,
    )


def _asked(
    slug: str, moment: Moment, asked: Entry | None, record: Record, limits: Limits, now: datetime
) -> GateStanding:
    if asked is None:
        reason = "never asked" if moment is Moment.PREFLIGHT else "asked under the freeze"
        return GateStanding(gate=slug, moment=moment, standing=Standing.NOT_ASKED, reason=reason)
    told, until = _told(asked, slug, moment), _until(asked, slug, record, limits)
    if told.standing is not Standing.OPEN:
        return replace(told, hint=HINT)
    return replace(told, standing=Standing.AGED if now >= until else Standing.OPEN, counts_until=until)


def _told(asked: Entry, slug: str, moment: Moment) -> GateStanding:
    """As it was answered."""
    return GateStanding(
        gate=slug,
        moment=moment,
        standing=Standing(str(asked.body.get("answer"))),
        reason=str(asked.body.get("reason", "")),
        observed=asked.body.get("observed"),
        limit=asked.body.get("limit"),
        asked_by=asked.run,
        asked_at=asked.at,
    )


def _until(asked: Entry, slug: str, record: Record, limits: Limits) -> datetime:
    until = asked.at + timedelta(hours=limits.validation_hours)
    evidence: Evidence | None = record.latest(RESTS_ON[slug]) if slug in RESTS_ON else None
    return min(until, evidence.expires_at) if evidence else until
