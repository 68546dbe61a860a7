"""Moves the end of the reverse window, once the way back has been proven anew."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate.errors import SaysNo
from migrate.events import ReverseWindowOpened
from migrate.model.database import Side
from migrate.model.json import Facts
from migrate.operations import finalize, history
from migrate.operations.replicate import REPAIR_HOURS
from migrate.operations.validation.settling import way
from migrate.ports.journal import Journal
from migrate.wiring.session import Session


@dataclass(frozen=True)
class Extended:
    before: datetime
    until: datetime
    seconds: float
    """Until a marker of every task was back."""


def extend(session: Session, hours: float, by: str) -> Extended:
    """Add hours to the window, from its end or, where that is past, from now. It counts once a marker of every task has
    come back: a way back that feeds nobody is not made longer.

    Raises SaysNo unless the application runs on the target with a way back that was proven (CUT-022), when a task does
    not run (VAL-004) or a marker does not come back (VAL-002); SourceError or TargetError when a log is not kept for so
    long; StateConflict while a handover or a finalize is open.
    """
    with session.writing(acting=True) as journal:
        journal.verify()
        finalize.refuse_once_begun(journal)
        finalize.require_on_target(journal)
        cutover, before = _proven(journal)
        tasks = [task.name for task in session.settings.tasks]
        began = session.clock.monotonic()
        way(session, Side.TARGET, tasks).settle()
        seconds = round(session.clock.monotonic() - began, 3)
        until = max(before, session.clock.now()) + timedelta(hours=hours)
        _keep_logs(session, until - history.windows(journal)[0].taken_at)
        facts: Facts = {"deadline": until.isoformat(), "tasks": tasks, "seconds": seconds, history.EXTENDED_BY: by}
        journal.record(history.WINDOW, run=cutover.run, expires_at=until, facts=facts)
        session.announce(ReverseWindowOpened(until))
    return Extended(before, until, seconds)


def _keep_logs(session: Session, window: timedelta) -> None:
    """The proof of a rollback reads both logs from the window's beginning on. Raises SourceError or TargetError where
    one is kept shorter and the toolkit may not change that: a longer window would promise too much."""
    hours = math.ceil(window / timedelta(hours=1)) + REPAIR_HOURS
    for database in (session.source, session.target):
        database.log.keep(hours)


def _proven(journal: Journal) -> tuple[history.Run, datetime]:
    """The run that switched, and until when its way back is offered by now."""
    deadline = history.deadline(journal)
    run = history.last_done(journal, "cutover")
    if deadline is None or run is None:
        raise SaysNo(
            "the way back was not proven yet: there is no window to be made longer",
            code="CUT-022",
            hint="Go on with: aurora-migrate cutover resume",
        )
    return run, deadline
