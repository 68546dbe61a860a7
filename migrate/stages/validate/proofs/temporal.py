"""Whether dates and points in time are shifted as a whole: the mark of a time zone that was applied once too often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from checks.facts import TableName
from migrate.model.validation import Proof, TableResult, Verdict
from migrate.stages.validate.proofs.subject import Subject

NAME = "time zones"
TABLES_MAX = 20
"""Each costs a scan on both sides."""
QUARTER = timedelta(minutes=15)
FARTHEST = timedelta(hours=26)
"""Between the two ends of the earth's time zones."""

Extremes = Mapping[str, tuple[str | None, str | None]]


@dataclass(frozen=True)
class _Shifted:
    table: TableName
    column: str
    by: timedelta | None
    """What both the least and the greatest value are later by on the target; None when that is no one shift."""
    ends: str


def prove(subject: Subject) -> Proof:
    """Least and greatest value of the columns that hold time, in tables whose rows differ: where rows are equal, so
    are these. It only informs, for the rows have decided already; it says what to look for."""
    differing = [result for result in subject.results if result.verdict is Verdict.DIFFERS and result.chunks]
    found = [one for result in differing[:TABLES_MAX] for one in _look(subject, result)]
    if not found:
        reason = "no shift in the tables whose rows differ" if differing else "no table's rows differ"
        return Proof(name=NAME, verdict=Verdict.MATCH, reason=reason, decides=False)
    shifts = {one.by for one in found}
    reason = f"columns that reach from and to other points in time: {len(found)}"
    shift = next(iter(shifts))
    if len(shifts) == 1 and shift is not None:
        reason = f"a time-zone shift: all of them are {_hours(shift)} on the target"
    details = tuple(f"{one.table}.{one.column}: {one.ends}" for one in found)
    return Proof(name=NAME, verdict=Verdict.DIFFERS, reason=reason, details=details, decides=False)


def _look(subject: Subject, result: TableResult) -> list[_Shifted]:
    named = {column for one in result.differences for column in one.columns}
    here, there = (side.rows.extremes(result.table) for side in (subject.source, subject.target))
    return [
        _Shifted(result.table, column, shift(here[column], there[column]), _ends(here[column], there[column]))
        for column in sorted(here.keys() & there.keys())
        if here[column] != there[column] and (column in named or not named)
    ]


def shift(here: tuple[str | None, str | None], there: tuple[str | None, str | None]) -> timedelta | None:
    """What both ends are later by, when that could be a time zone: whole quarters of an hour."""
    ends = [(_instant(one), _instant(other)) for one, other in zip(here, there, strict=True)]
    by = {other - one for one, other in ends if one is not None and other is not None}
    if len(by) != 1:
        return None
    (found,) = by
    return found if found and abs(found) <= FARTHEST and not found % QUARTER else None


def _instant(text: str | None) -> datetime | None:
    try:
        read = datetime.fromisoformat(text) if text is not None else None
    except ValueError:
        return None
    return read.replace(tzinfo=read.tzinfo or UTC) if read is not None else None


def _hours(by: timedelta) -> str:
    hours = by.total_seconds() / 3600
    return f"{abs(hours):g} h {'later' if hours > 0 else 'earlier'}"


def _ends(here: tuple[str | None, str | None], there: tuple[str | None, str | None]) -> str:
    by = shift(here, there)
    return _hours(by) if by is not None else "other least or greatest value"
