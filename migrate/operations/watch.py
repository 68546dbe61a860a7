"""Look at replication. Takes no lease and changes nothing; only a heartbeat that was asked for is written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from migrate.events import LagSeen, TablesSeen
from migrate.model.database import Side
from migrate.model.family import FAMILY_OF
from migrate.model.feed_status import ReplicationReport
from migrate.model.replication import Direction
from migrate.model.watching import Look
from migrate.operations import history, names
from migrate.operations.moved import moved_tables
from migrate.ports.journal import Journal
from migrate.stages.replicate.plan import NOTE_SLOT
from migrate.stages.replicate.watching.assemble import assemble
from migrate.stages.replicate.watching.gap import refuse_another_server, refuse_gap
from migrate.stages.replicate.watching.look import BEAT_SECONDS, FeedRequest, LookRequest, Watcher
from migrate.wiring.session import Session

APART_SECONDS = 1.0
"""Between the two looks of a single status: enough to tell a rate."""
GROWTH_TIME = timedelta(minutes=10)
"""Over so long the growth of the log is measured while watching, or from the look before on, if that is longer ago."""
GIGABYTE = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class WatchRequest:
    every: float = APART_SECONDS
    heartbeat: bool = False
    """Write a marker row on the side that is read, at each look."""
    deep: bool = False
    """Count rows and measure large values: reads every row."""


def once(session: Session, request: WatchRequest) -> ReplicationReport:
    """Two looks, a second apart: too short a time to foresee a full disk. The first is a quick one whatever was asked
    for."""
    asked = _request(session, request)
    if not asked.feeds:
        return assemble(_nothing(session, asked))
    before = _watcher(session, replace(asked, deep=False)).look()
    session.clock.sleep(APART_SECONDS)
    look = _watcher(session, asked).look()
    _tell(session, look)
    return assemble(look, before, lag_limit=session.settings.limits.lag_seconds)


def watch(session: Session, request: WatchRequest) -> Iterator[ReplicationReport]:
    """A report for each look, until the caller ends it. Which task feeds is asked anew at each: a cutover turns it."""
    taker: Watcher | None = None
    past: deque[Look] = deque()
    while True:
        asked = _request(session, request)
        if taker is None or taker.request != asked:
            taker = _watcher(session, asked) if asked.feeds else None
            past.clear()
        look = taker.look() if taker is not None else _nothing(session, asked)
        _tell(session, look)
        while len(past) > 1 and look.at - past[0].at > GROWTH_TIME:
            past.popleft()
        before, earliest = (past[-1], past[0]) if past else (None, None)
        yield assemble(look, before, earliest=earliest, lag_limit=session.settings.limits.lag_seconds)
        past.append(look)
        session.clock.sleep(request.every)


def _tell(session: Session, look: Look) -> None:
    """Whoever watches the state alone is told as well."""
    for feed in look.feeds:
        if feed.task is not None:
            wanted = frozenset(feed.wanted)
            session.emit(TablesSeen(feed.identifier, tuple(t for t in feed.task.tables if t.table in wanted)))
        if feed.lag is not None and (feed.lag.fresh or not feed.lag.arrived):
            session.emit(LagSeen(feed.identifier, feed.lag.seconds, feed.lag.arrived))


def made_tasks(session: Session) -> tuple[str, ...]:
    """Identifiers of the tasks that feed now, as far as the journal says that they were made, and not retired."""
    return tuple(feed.identifier for feed in _feeds(session, session.history, history.turned(session.history)))


def refuse_gaps(session: Session, *only: str) -> None:
    """Raises SaysNo where a task that stands, of these or of all, would go on without what it has not read."""
    asked = _request(session, WatchRequest())
    leaving = session.source if asked.leaving is Side.SOURCE else session.target
    refuse_another_server(leaving, read_server(session, asked.leaving))
    for feed in asked.feeds:
        if not only or feed.identifier in only:
            refuse_gap(session.tasks, leaving, feed.identifier, feed.slot)


def read_server(session: Session, leaving: Side) -> str | None:
    """The one that the feed's place in the log is of. None where a slot tells, and of Aurora, whose servers share a
    log."""
    holds_slot = FAMILY_OF[session.settings.source.engine].feed_holds_slot
    return None if holds_slot or leaving is Side.TARGET else history.read_server(session.history)


def _watcher(session: Session, asked: LookRequest) -> Watcher:
    sides = (session.source, session.target) if asked.leaving is Side.SOURCE else (session.target, session.source)
    return Watcher(asked, *sides, session.tasks, session.task_watch, session.clock, session.emit)


def _nothing(session: Session, asked: LookRequest) -> Look:
    """Where no task is to be looked at, neither side need be there."""
    return Look(at=session.clock.now(), migration=asked.migration, leaving=asked.leaving, feeds=())


def _request(session: Session, request: WatchRequest) -> LookRequest:
    journal = session.history
    last = history.turned(journal)
    leaving = Side.SOURCE if last is None or last.stage == "rollback" else Side.TARGET
    room = session.settings.limits.source_log_gb
    return LookRequest(
        migration=session.name,
        leaving=leaving,
        feeds=_feeds(session, journal, last),
        control_schema=names.CONTROL_SCHEMA,
        our_slots=names.slot(session.name, ""),
        host=session.source_address.host if leaving is Side.SOURCE else "",
        log_room_bytes=int(room * GIGABYTE) if room is not None and leaving is Side.SOURCE else None,
        heartbeat=request.heartbeat,
        deep=request.deep,
        beat_seconds=min(BEAT_SECONDS, max(1.0, request.every)),
    )


def _feeds(session: Session, journal: Journal, last: history.Run | None) -> tuple[FeedRequest, ...]:
    """None before the stage began, and from when a finalize began to retire them."""
    done = history.last_done(journal, "replicate")
    replicate = done or history.open_run(journal, "replicate")
    if replicate is None or history.gave_up(journal) is not None:
        return ()
    forward = last is None or last.stage == "rollback"
    direction = Direction.FORWARD if forward else Direction.REVERSE
    number = last.number if last is not None else 0
    return tuple(
        FeedRequest(
            identifier=names.task(session.name, task.name, direction, number),
            marker=names.marker(task.name, direction),
            tables=moved_tables(replicate.request, task.name),
            slot=names.slot(session.name, task.name, direction.value, str(number))
            if last is not None
            else _noted(journal, replicate.run, task.name),
        )
        for task in session.settings.tasks
        if replicate.run == (done.run if done else "") or _made(journal, replicate.run, task.name)
    )


def _made(journal: Journal, run: str, task: str) -> bool:
    """Whether a run that has not ended has made its task."""
    return history.finished(journal, run, f"dms/task:{task}") is not None


def _noted(journal: Journal, run: str, task: str) -> str | None:
    """The slot that DMS made for its own first task."""
    entry = history.finished(journal, run, f"{NOTE_SLOT}:{task}")
    slot = entry.body.get("slot") if entry is not None else None
    return slot if isinstance(slot, str) else None
