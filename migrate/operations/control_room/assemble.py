"""Rows of the state database into one look at the migration."""

from __future__ import annotations

from datetime import datetime, timedelta

from migrate.events import APPLICATION
from migrate.model.control_room import ApprovalView, ControlRoom, Holder, LedgerView, WorkView
from migrate.model.journal import Entry, Kind
from migrate.model.sighting import SightingKind
from migrate.model.stored import Stored
from migrate.operations import history
from migrate.operations.control_room import clocks, gates
from migrate.operations.control_room.log import log
from migrate.operations.control_room.stages import stages
from migrate.operations.control_room.steps import People, run_view
from migrate.operations.control_room.tables import tables
from migrate.operations.read_entries import ReadEntries
from migrate.operations.status import standing
from migrate.stages.cutover.consent import APPROVAL
from migrate.stages.cutover.consent import standing as approvals_standing

LEASE_GRACE = timedelta(seconds=15)
"""So long after the lease's end its holder may still be at work: clocks of two machines differ a little."""
STALE = timedelta(minutes=10)
"""Work that nobody spoke of for so long is not shown any more."""


def control_room(stored: Stored, migration: str, at: datetime) -> ControlRoom:
    """`at` is now, by the clock of whoever watches."""
    sightings = list(stored.sightings)
    by_run: dict[str, list[Entry]] = {}
    for entry in stored.entries:
        by_run.setdefault(entry.run, []).append(entry)
    journal = ReadEntries(stored.entries)
    people, holder = _people(stored, at)
    status = standing(journal, migration, at)
    runs = history.runs(journal)
    shown = history.open_run(journal) or (runs[-1] if runs else None)
    handovers = [run for run in runs if run.stage in history.HANDOVERS]
    handover = handovers[-1] if handovers else None
    stage_views = stages(journal, sightings, people)
    validating = any(stage.name == "validate" and stage.standing.moving for stage in stage_views)
    return ControlRoom(
        migration=migration,
        at=at,
        owner=status.owner,
        next_command=status.next_command,
        holder=holder,
        stages=stage_views,
        run=run_view(shown, by_run[shown.run], people) if shown else None,
        gates=gates.gates(journal, handover),
        lags=gates.lags(sightings),
        lag_limit=clocks.limit(handover, "lag_seconds") if handover else None,
        works=_works(stored, at, busy=people.at_work is not None),
        tables=tables(journal, stored, validating=validating),
        freeze=clocks.freeze(handover, by_run[handover.run]) if handover else None,
        way_back=clocks.way_back(journal),
        ledger=_ledger(stored),
        approvals=_approvals(journal, handover, at),
        log=log(stored.entries, sightings),
    )


def _people(stored: Stored, at: datetime) -> tuple[People, Holder | None]:
    labels = {
        int(one.subject): str(one.body.get("label", "")) for one in stored.sightings if one.kind is SightingKind.HOLDER
    }
    lease = stored.lease
    if lease is None:
        return People(labels, None), None
    alive = lease.expires_at + LEASE_GRACE > at
    labels[lease.fence] = lease.label
    return (
        People(labels, lease.fence if alive else None, lease.since),
        Holder(label=lease.label or lease.host, since=lease.since, alive=alive),
    )


def _works(stored: Stored, at: datetime, *, busy: bool) -> tuple[WorkView, ...]:
    found = [one for one in stored.sightings if one.kind is SightingKind.WORK and one.subject != APPLICATION]
    return tuple(
        WorkView(
            name=one.subject,
            done=_float(one.body.get("done")) or 0.0,
            total=_float(one.body.get("total")),
            unit=str(one.body.get("unit", "")),
            at=one.at,
        )
        for one in sorted(found, key=lambda one: one.subject)
        if busy and at - one.at < STALE
    )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _ledger(stored: Stored) -> LedgerView | None:
    seen = [one for one in stored.sightings if one.kind is SightingKind.LEDGER]
    if not seen:
        return None
    body = seen[-1].body
    counts = {name: int(_float(body.get(name)) or 0) for name in ("acknowledged", "refused", "indeterminate")}
    return LedgerView(**counts, rate=_float(body.get("rate")) or 0.0, at=seen[-1].at)


def _approvals(journal: ReadEntries, handover: history.Run | None, at: datetime) -> tuple[ApprovalView, ...]:
    """Those that stand for the handover that is open or was last; else all that stand."""
    run = handover.run if handover is not None and handover.outcome == history.OPEN else ""
    given = [one for one in journal.entries(kind=Kind.EVIDENCE) if one.body.get("name") == APPROVAL]
    stand = {one.seq: one for one in approvals_standing(journal, run) if one.expires_at > at}
    return tuple(
        ApprovalView(
            by=str(evidence.facts.get("by", "")),
            role=str(evidence.facts.get("role", "")),
            run=entry.run,
            at=entry.at,
            until=evidence.expires_at,
        )
        for entry in given
        if (evidence := stand.get(entry.seq)) is not None and (not run or entry.run == run)
    )
