"""Rehearsals for a terminal: the scorecard over time, and the table of faults."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.model.trend import FaultRow, KeptRehearsal, RehearsalHistory

SCORES = ("when (UTC)", "verdict", "rows", "load s", "freeze s", "gap s", "lost", "doubled", "rollback")
FAULTS = ("moment", "fault", "runs", "outcome", "lost", "duplicated", "both open")
WORDS = {True: "ok", False: "REGRESSED", None: "not told"}
NONE = "-"


def scores(found: Sequence[KeptRehearsal]) -> list[tuple[str, ...]]:
    """Newest last, as one reads a log."""
    return [
        (
            f"{one.started_at:%Y-%m-%d %H:%M}",
            "passed" if one.passed else "FAILED",
            f"{one.rows:,}",
            _seconds(one.load_seconds),
            _seconds(one.freeze_seconds),
            _seconds(one.write_gap_seconds),
            _count(one.lost),
            _count(one.duplicated),
            "yes" if one.rollback else "no",
        )
        for one in found
    ]


def faults(rows: Sequence[FaultRow]) -> list[tuple[str, ...]]:
    return [
        (
            row.when,
            row.fault,
            str(row.runs),
            "; ".join(outcome if number == row.runs else f"{number} {outcome}" for outcome, number in row.outcomes),
            _count(row.lost),
            _count(row.duplicated),
            {True: "SEEN", False: "never", None: "not seen"}[row.both_open],
        )
        for row in rows
    ]


def limits(history: RehearsalHistory) -> str:
    """What counts as a regression, in words."""
    told = history.limits
    return (
        f"A freeze or write gap has regressed above {told.factor:g} times the median of the earlier ones and more than"
        f" {told.slack:g} s above it; it takes {told.least} earlier ones to say so."
    )


def _seconds(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"


def _count(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"
