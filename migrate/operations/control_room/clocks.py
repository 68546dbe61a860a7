"""The two clocks of a handover: the freeze against its budget, and the reverse window that runs out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from migrate.model.control_room import FreezeView, WayBackView
from migrate.model.database import Side
from migrate.model.journal import Entry, Kind
from migrate.operations import history
from migrate.operations.expected import rollback_now
from migrate.ports.journal import Journal
from migrate.stages.cutover.freeze import Fence
from migrate.stages.cutover.open import OpenArriving
from migrate.stages.cutover.switch import SwitchSecret

WINDOW = "reverse-window"


def freeze(run: history.Run | None, entries: Sequence[Entry]) -> FreezeView | None:
    """Of one handover; None while its fence was not touched."""
    if run is None:
        return None
    began = [one.at for one in entries if one.step == Fence.name and one.kind is Kind.INTENT]
    if not began:
        return None
    undone = _last(entries, Fence.name, Kind.UNDONE)
    opened = _last(entries, OpenArriving.name, Kind.DONE)
    return FreezeView(
        run=run.run,
        began=began[0],
        ended=opened or undone,
        switched=_last(entries, SwitchSecret.name, Kind.DONE),
        undone=opened is None and undone is not None,
        budget_seconds=budget(run),
    )


def budget(run: history.Run) -> float | None:
    return limit(run, "freeze_budget_seconds")


def limit(run: history.Run, name: str) -> float | None:
    """A limit that the run was begun with."""
    limits = run.request.get("limits")
    found = limits.get(name) if isinstance(limits, dict) else None
    return float(found) if isinstance(found, int | float) else None


def way_back(journal: Journal) -> WayBackView | None:
    """None unless the application is known to run on the target, and once something of the way back was retired.

    Proven it is when a marker of every task came back in the very run that switched.
    """
    if history.known_owner(journal) is not Side.TARGET or history.gave_up(journal) is not None:
        return None
    switched = [
        run for run in history.runs(journal, "cutover") if history.finished(journal, run.run, SwitchSecret.name)
    ]
    if not switched:
        return None
    run = switched[-1]
    taken = [one for one in journal.entries(run=run.run, kind=Kind.EVIDENCE) if one.body.get("name") == WINDOW]
    facts = [body for one in taken if isinstance(body := one.body.get("facts"), dict)]
    feeds = run.request.get("feeds")
    proven = len({task for fact in facts for task in _tasks(fact)}) >= (len(feeds) if isinstance(feeds, list) else 1)
    expected = rollback_now(journal) if proven else None
    return WayBackView(
        proven=proven,
        until=history.deadline(journal) if proven else None,
        freeze_seconds=expected.freeze_seconds if expected else None,
        basis=expected.basis if expected else "",
    )


def _tasks(proof: dict[str, Any]) -> list[str]:
    """An earlier version wrote one record for each task."""
    told = proof.get("tasks", [proof.get("task")])
    return [str(task) for task in told] if isinstance(told, list) else []


def _last(entries: Sequence[Entry], step: str, kind: Kind) -> datetime | None:
    return next((one.at for one in reversed(entries) if one.step == step and one.kind is kind), None)
