"""Predicted against measured: this migration by its rehearsals, and each rehearsal by the ones before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from migrate.model.cutover import Limits
from migrate.model.journal import Kind
from migrate.model.readiness import Figure, Prediction, Step
from migrate.model.trend import KeptRehearsal
from migrate.operations import history
from migrate.operations.measured import loaded
from migrate.operations.readiness.findings import noted
from migrate.operations.readiness.record import Record

LAG = "lag-by-marker"


def predictions(record: Record, rehearsals: Sequence[KeptRehearsal], limits: Limits) -> tuple[Prediction, ...]:
    """A rehearsal predicts only what it measured itself: freeze, lag and, by its rows, the load."""
    passed = [one for one in rehearsals if one.passed]
    last = passed[-1] if passed else None
    return (
        Prediction(name="full load", predicted=_assessed(record, "full_load"), limit=None, measured=_load(record)),
        Prediction(
            name="lag of a marker",
            predicted=_by(last, last.lag_seconds if last else None),
            limit=Figure(limits.lag_seconds, "limits.lag_seconds"),
            measured=_lag(record),
        ),
        Prediction(
            name="freeze",
            predicted=_by(last, last.freeze_seconds if last else None),
            limit=Figure(limits.freeze_budget_seconds, "limits.freeze_budget_seconds"),
            measured=_freeze(record),
        ),
    )


def _by(last: KeptRehearsal | None, seconds: float | None) -> Figure | None:
    if last is None or seconds is None:
        return None
    return Figure(seconds, f"the longest of the last rehearsal that passed, {last.started_at:%Y-%m-%d %H:%M} UTC")


def _assessed(record: Record, name: str) -> Figure | None:
    """What the assessment expected when it was made."""
    told = noted(record).get("predicted", {}).get(name)
    return Figure(float(told["seconds"]), str(told["basis"])) if told else None


def _load(record: Record) -> Figure | None:
    found = loaded(record)
    return Figure(found.seconds, found.basis) if found else None


def _lag(record: Record) -> Figure | None:
    asked = [entry for entry in record.entries(kind=Kind.GATE) if entry.body.get("gate") == LAG]
    seen = asked[-1].body.get("observed") if asked else None
    return Figure(float(seen), f"when {asked[-1].run} asked the gate") if isinstance(seen, int | float) else None


def _freeze(record: Record) -> Figure | None:
    for run in reversed(history.runs(record, *history.HANDOVERS)):
        seconds = history.freeze_seconds(record, run.run)
        if seconds is not None:
            return Figure(seconds, f"{run.run}, {run.began:%Y-%m-%d}")
    return None


def steps(rehearsals: Sequence[KeptRehearsal]) -> tuple[Step, ...]:
    """Each rehearsal that passed, against the median of those before it under the same terms. Load by its rows."""
    groups: dict[tuple[str, ...], list[KeptRehearsal]] = {}
    for one in rehearsals:
        if one.passed:
            groups.setdefault(one.terms, []).append(one)
    found = [step for group in groups.values() for step in _of(group)]
    return tuple(sorted(found, key=lambda step: (step.started_at, step.name)))


def _of(group: Sequence[KeptRehearsal]) -> list[Step]:
    made = []
    for number in range(1, len(group)):
        now, before = group[number], group[:number]
        for name, seconds, scaled in _FIGURES:
            measured = seconds(now)
            known = [value for one in before if (value := _expected(seconds(one), one, now, scaled)) is not None]
            if measured is not None and known and median(known) > 0:
                made.append(
                    Step(
                        file=now.file,
                        started_at=now.started_at,
                        name=name,
                        predicted=round(median(known), 3),
                        measured=measured,
                    )
                )
    return made


_FIGURES: tuple[tuple[str, Callable[[KeptRehearsal], float | None], bool], ...] = (
    ("load", lambda one: one.load_seconds, True),
    ("lag", lambda one: one.lag_seconds, False),
    ("freeze", lambda one: one.freeze_seconds, False),
)


def _expected(seconds: float | None, then: KeptRehearsal, now: KeptRehearsal, scaled: bool) -> float | None:
    if seconds is None or not scaled or not then.rows or not now.rows:
        return seconds
    return seconds * now.rows / then.rows
