"""Gates as they were answered last, and what they had answered before they changed their mind."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.model.control_room import GateView, LagView
from migrate.model.gate import Moment
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.model.sighting import Sighting, SightingKind
from migrate.operations import history
from migrate.ports.journal import Journal

NOT_ASKED = "not asked"


def gates(journal: Journal, run: history.Run | None) -> tuple[GateView, ...]:
    """In the order of the run's runbook, those that were not asked in it as such."""
    answered: dict[tuple[str, str], GateView] = {}
    for entry in journal.entries(kind=Kind.GATE):
        view = _view(entry)
        before = answered.get((view.moment, view.gate))
        answered[view.moment, view.gate] = _after(before, view) if before else view
    if run is None:
        return tuple(answered.values())
    named = [GateView(gate=gate, moment=moment, answer=NOT_ASKED) for moment, gate in _named(run.request)]
    ordered = [answered.pop((one.moment, one.gate), one) for one in named]
    return tuple(_of_run(view, run.run) for view in ordered)


def _of_run(view: GateView, run: str) -> GateView:
    """What another run was answered says nothing of this one."""
    if view.run in ("", run):
        return view
    return GateView(gate=view.gate, moment=view.moment, answer=NOT_ASKED, before=view.answer, changed_at=view.at)


def _view(entry: Entry) -> GateView:
    body = entry.body
    return GateView(
        gate=str(body.get("gate")),
        moment=str(body.get("moment")),
        answer=str(body.get("answer")),
        reason=str(body.get("reason", "")),
        at=entry.at,
        run=entry.run,
    )


def _after(before: GateView, now: GateView) -> GateView:
    changed = before.answer != now.answer
    return GateView(
        gate=now.gate,
        moment=now.moment,
        answer=now.answer,
        reason=now.reason,
        at=now.at,
        before=before.answer if changed else before.before,
        changed_at=now.at if changed else before.changed_at,
        run=now.run,
    )


def _named(request: Facts) -> Iterator[tuple[str, str]]:
    """Moment and slug of the gates that a journaled request's runbook names."""
    runbook = request.get("runbook")
    found = runbook.get("gates") if isinstance(runbook, dict) else None
    for moment in Moment:  # the journal keeps no order of a mapping's keys
        slugs = found.get(moment.value) if isinstance(found, dict) else None
        for slug in slugs if isinstance(slugs, list) else ():
            yield moment.value, str(slug)


def lags(sightings: list[Sighting]) -> tuple[LagView, ...]:
    """The last marker of each task that feeds now: a handover makes tasks of another direction and number."""
    found = [
        LagView(
            task=one.subject,
            seconds=float(str(one.body["seconds"])),
            arrived=one.body["arrived"] is True,
            at=one.at,
        )
        for one in sightings
        if one.kind is SightingKind.LAG
    ]
    found.sort(key=lambda lag: lag.at, reverse=True)
    return tuple(lag for lag in found if _turn(lag.task) == _turn(found[0].task))


def _turn(task: str) -> list[str]:
    """`reverse` and `2` of `shop-main-reverse-2`: see `names.task`."""
    return task.split("-")[-2:]
