"""Each rehearsal as the ones before it had predicted it: how the error went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from migrate.model.readiness import Step
from migrate.model.trend import KeptRehearsal
from migrate.operations.rehearsal.trend import alike

_FIGURES: tuple[tuple[str, Callable[[KeptRehearsal], float | None], bool], ...] = (
    ("load", lambda one: one.load_seconds, True),
    ("lag", lambda one: one.lag_seconds, False),
    ("freeze", lambda one: one.freeze_seconds, False),
)


def steps(rehearsals: Sequence[KeptRehearsal]) -> tuple[Step, ...]:
    """Each rehearsal that passed, against the median of those before it under the same terms. Load by its rows."""
    groups = alike([one for one in rehearsals if one.passed])
    found = [step for group in groups for step in _of(group)]
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
                        sample=now.sample,
                        terms=tuple(term for term in now.terms[1:] if term),
                        name=name,
                        predicted=round(median(known), 3),
                        measured=measured,
                    )
                )
    return made


def _expected(seconds: float | None, then: KeptRehearsal, now: KeptRehearsal, scaled: bool) -> float | None:
    if seconds is None or not scaled or not then.rows or not now.rows:
        return seconds
    return seconds * now.rows / then.rows
