"""The steps of one run: who began each, when, how long it took, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from migrate.model.control_room import RunView, Standing, StepView
from migrate.model.journal import Entry, Kind
from migrate.model.json import Facts
from migrate.operations import history

PROBLEM_LENGTH = 400


@dataclass(frozen=True)
class People:
    """Who held the lease, by fencing number, and which number is at work now."""

    labels: Mapping[int, str]
    at_work: int | None
    since: datetime | None = None
    """When whoever is at work took the lease."""

    def by(self, entry: Entry) -> str:
        """The person; the rest of what a holder says of itself is for `holder`."""
        return self.labels.get(entry.fence, "").partition(" ")[0]


@dataclass
class _Trace:
    standing: Standing = Standing.TO_DO
    first: Entry | None = None
    """The intent that counts: the last one, for waiting between two attempts is no work."""
    last: Entry | None = None
    problem: str = ""
    already: bool = False


def run_view(run: history.Run, entries: Sequence[Entry], people: People) -> RunView:
    """`entries` are the run's own, oldest first."""
    planned = [one for one in entries if one.kind is Kind.PLANNED]
    body = planned[-1].body if planned else {}
    ids = _texts(body, "steps")
    titles = dict(zip(ids, _texts(body, "titles"), strict=False))
    traces = _traces(entries)
    ended = [one.at for one in entries if one.kind is Kind.OUTCOME]
    steps = [_step(one, titles.get(one, one), traces.get(one, _Trace()), people) for one in ids]
    return RunView(
        run=run.run,
        stage=run.stage,
        outcome=run.outcome,
        began=run.began,
        ended=ended[-1] if ended and run.outcome != history.OPEN else None,
        steps=tuple(steps),
    )


def _traces(entries: Iterable[Entry]) -> dict[str, _Trace]:
    found: dict[str, _Trace] = {}
    for entry in entries:
        if not entry.step:
            continue
        trace = found.setdefault(entry.step, _Trace())
        match entry.kind:
            case Kind.INTENT:
                trace.standing, trace.first, trace.problem, trace.already = Standing.RUNNING, entry, "", False
            case Kind.DONE:
                trace.standing, trace.already = Standing.DONE, entry.body.get("already") is True
            case Kind.FAILED:
                trace.standing, trace.problem = Standing.FAILED, _problem(entry.body)
            case Kind.UNDO:
                trace.standing, trace.first = Standing.UNDOING, entry
            case Kind.UNDONE:
                trace.standing = Standing.UNDONE
            case _:
                continue
        trace.last = entry
    return found


def _step(step: str, title: str, trace: _Trace, people: People) -> StepView:
    first, last, standing = trace.first, trace.last, trace.standing
    if standing.moving and first is not None and first.fence != people.at_work:
        standing = Standing.BROKEN_OFF
    return StepView(
        id=step,
        title=title,
        standing=standing,
        by=people.by(entry) if (entry := first or last) else "",
        began=first.at if first else None,
        seconds=_seconds(first, last) if not trace.standing.moving else None,
        already=trace.already,
        problem=trace.problem,
    )


def _seconds(first: Entry | None, last: Entry | None) -> float | None:
    return round((last.at - first.at).total_seconds(), 3) if first and last else None


def _problem(body: Facts) -> str:
    return f"{body.get('code', '')} {body.get('message', '')}".strip()[:PROBLEM_LENGTH]


def _texts(body: Facts, name: str) -> list[str]:
    found = body.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def began_at(entries: Iterable[Entry], step: str) -> datetime | None:
    """When a step that was not undone since was begun first."""
    at: datetime | None = None
    for entry in entries:
        if entry.step == step:
            match entry.kind:
                case Kind.INTENT if at is None:
                    at = entry.at
                case Kind.UNDONE:
                    at = None
                case _:
                    pass
    return at
