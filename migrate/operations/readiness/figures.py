"""Predicted against measured. A prediction is only what was on record before the measured run began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from migrate.model.cutover import Evidence, Limits
from migrate.model.journal import Entry, Kind
from migrate.model.readiness import Figure, Prediction
from migrate.model.trend import KeptRehearsal
from migrate.operations import history
from migrate.operations.measured import loaded
from migrate.operations.readiness.record import Record
from migrate.operations.replication_plan import EVIDENCE as PLAN
from migrate.stages.assess.findings import RECORD as FINDINGS

LAG = "lag-by-marker"


@dataclass(frozen=True)
class _Measured:
    figure: Figure | None = None
    began: Entry | None = None
    """The plan of the run that was measured. None where nothing was: then all that is on record predicts."""


def predictions(
    record: Record, rehearsals: Sequence[KeptRehearsal], limits: Limits, route: str
) -> tuple[Prediction, ...]:
    """A rehearsal predicts only for its own route, and only what it measured itself: freeze, lag and, by its rows, the
    load. One that ended after the measured run began predicts nothing of it: it may be the very run."""
    alike = [one for one in rehearsals if one.passed and _engines(one.route) == _engines(route)]
    load, lag, freeze = _load(record), _lag(record), _freeze(record)
    return (
        Prediction(
            name="full load",
            predicted=_expected_load(record, _last_before(alike, load.began), load.began),
            limit=None,
            measured=load.figure,
        ),
        Prediction(
            name="lag of a marker",
            predicted=_longest(one, one.lag_seconds) if (one := _last_before(alike, lag.began)) else None,
            limit=Figure(limits.lag_seconds, "limits.lag_seconds"),
            measured=lag.figure,
        ),
        Prediction(
            name="freeze",
            predicted=_longest(one, one.freeze_seconds) if (one := _last_before(alike, freeze.began)) else None,
            limit=Figure(limits.freeze_budget_seconds, "limits.freeze_budget_seconds"),
            measured=freeze.figure,
        ),
    )


def _engines(route: str) -> tuple[str, ...]:
    """Of `postgres 16.4 → aurora-postgresql 17.5`: both engines, without their versions."""
    return tuple(side.split()[0] if side.split() else "" for side in route.split("→"))


# --- predicted --------------------------------------------------------------------------------------------------------


def _last_before(alike: Sequence[KeptRehearsal], began: Entry | None) -> KeptRehearsal | None:
    found = [one for one in alike if began is None or one.started_at + timedelta(seconds=one.seconds) <= began.at]
    return found[-1] if found else None


def _longest(one: KeptRehearsal, seconds: float | None) -> Figure | None:
    return None if seconds is None else Figure(seconds, f"the longest of {_told(one)}")


def _told(one: KeptRehearsal) -> str:
    """What was rehearsed where: nobody may take the figure for one of this migration's own."""
    faults = f", faults: {', '.join(fault.name for fault in one.faults)}" if one.faults else ""
    terms = f"{one.sample}, scale {one.scale:g}, {one.profile}, {one.machine}{faults}"
    return f"the last rehearsal that passed, {one.started_at:%Y-%m-%d %H:%M} UTC ({terms})"


def _expected_load(record: Record, rehearsed: KeptRehearsal | None, began: Entry | None) -> Figure | None:
    """By an earlier load of this migration, as the assessment told it; else by a rehearsal's rate; else as planned."""
    assessed, planned = _before(record, FINDINGS, began), _before(record, PLAN, began)
    told = assessed.facts.get("predicted") if assessed else None
    return (
        _figure(told.get("full_load") if isinstance(told, dict) else None)
        or _by_rate(rehearsed, assessed.facts.get("rows") if assessed else None)
        or _figure(planned.facts.get("load") if planned else None, "planned: ")
    )


def _before(record: Record, name: str, began: Entry | None) -> Evidence | None:
    found = [one for one in record.evidence(name) if began is None or one.seq < began.seq]
    return found[-1] if found else None


def _figure(told: object, how: str = "") -> Figure | None:
    return Figure(float(told["seconds"]), f"{how}{told['basis']}") if isinstance(told, dict) else None


def _by_rate(one: KeptRehearsal | None, rows: object) -> Figure | None:
    if one is None or not one.load_seconds or not one.rows or not isinstance(rows, int):
        return None
    basis = f"{rows:,} rows as assessed, at the rate of {_told(one)}: {one.rows:,} rows in {one.load_seconds:.1f} s"
    return Figure(rows * one.load_seconds / one.rows, basis)


# --- measured ---------------------------------------------------------------------------------------------------------


def _load(record: Record) -> _Measured:
    run, found = history.last_done(record, "replicate"), loaded(record)
    if run is None or found is None:
        return _Measured()
    return _Measured(Figure(found.seconds, found.basis), _planned(record, run.run))


def _lag(record: Record) -> _Measured:
    asked = [entry for entry in record.entries(kind=Kind.GATE) if entry.body.get("gate") == LAG]
    seen = asked[-1].body.get("observed") if asked else None
    if not isinstance(seen, int | float):
        return _Measured()
    run = asked[-1].run
    return _Measured(Figure(float(seen), f"when {run} asked the gate"), _planned(record, run) or asked[-1])


def _freeze(record: Record) -> _Measured:
    for run in reversed(history.runs(record, *history.HANDOVERS)):
        seconds = history.freeze_seconds(record, run.run)
        if seconds is not None:
            return _Measured(Figure(seconds, f"{run.run}, {run.began:%Y-%m-%d}"), _planned(record, run.run))
    return _Measured()


def _planned(record: Record, run: str) -> Entry | None:
    found = record.entries(run=run, kind=Kind.PLANNED)
    return found[-1] if found else None
