"""Both sides, asked the same question at the same time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TypeVar

from migrate.clock import Clock
from migrate.errors import MigrateError
from migrate.events import Event
from migrate.model.database import Position, Side
from migrate.ports.database import Database, Rows
from migrate.stages.validate.brake import LOOK_SECONDS, Brake
from migrate.stages.validate.options import CompareOptions
from migrate.stages.validate.threads import Threads

T = TypeVar("T")

LIMIT_FACTOR = 15
"""A statement is ended when it takes so many times what it was sized to take."""
PATIENCE_SECONDS = 7 * 86_400.0
"""Limit of a statement that cannot be made smaller: the whole of a table without a key."""
RETRY_PAUSES = (0.5, 2.0)
HEALTHY_SECONDS = 10.0
"""A server that has answered nothing for so long is not asked twice: thousands of tables would wait for it."""
LEAVE_SECONDS = 1.0
MOST_SECONDS_AT_END = 60.0


def timed_out(error: MigrateError) -> bool:
    """Whether a server ended the statement because it ran longer than it may (see ports.database.Rows)."""
    return error.code in ("SRC-150", "TGT-150")


class Sides:
    """Rows of the source and of the target, with the threads that run the target's half of each question."""

    def __init__(
        self, source: Rows, target: Rows, threads: Threads, clock: Clock, *, limit: float, workers: int
    ) -> None:
        self.limit = limit
        """Seconds after which a server ends an ordinary statement."""
        self.brake: Brake | None = None
        self.notes: queue.SimpleQueue[Event] = queue.SimpleQueue()
        """What other threads have to say, for the main thread to emit."""
        self._patient = (source, target)
        self._limited = (source.limited(limit), target.limited(limit))
        self._threads = threads
        self._workers = workers
        self._clock = clock
        self._answered = clock.monotonic()
        self._asking = threading.local()
        self._stop = threading.Event()

    def source(self, *, patient: bool = False) -> Rows:
        """The side that ranges are cut on."""
        return (self._patient if patient else self._limited)[0]

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def seconds(self) -> float:
        """The clock's, which never runs backwards."""
        return self._clock.monotonic()

    def asking(self) -> float:
        """Seconds that the servers took over the questions of the calling thread, without what the brake kept them
        waiting: else what is braked would look slow, and be cut into ever smaller questions."""
        return getattr(self._asking, "seconds", 0.0)

    def both(self, ask: Callable[[Rows], T], *, patient: bool = False, urgent: bool = False) -> tuple[T, T]:
        """The source's answer and the target's. Raises what the first of them raises, when both have ended.

        Asked `again` when a side says that this may help. `patient` questions have no limit of time, `urgent` ones pass
        the brake.
        """
        return self.again(lambda: self._both(ask, patient, urgent))

    def again(self, ask: Callable[[], T]) -> T:
        """The answer to a question that is asked a few times where a server says that this may help."""
        for pause in RETRY_PAUSES:
            try:
                return ask()
            except MigrateError as error:
                if not error.retryable or timed_out(error) or self.stopped or not self._healthy():
                    raise
                self._stop.wait(pause)
        return ask()

    def spread(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Run these, each of which asks both sides, as many at once as there are workers. Raises what one raises."""
        if len(tasks) < 2:
            for task in tasks:
                task()
            return
        threads = Threads(min(self._workers, len(tasks)), "spread")
        running = [threads.submit(task) for task in tasks]
        try:
            for future in running:
                future.result()
        finally:
            threads.close(0)

    def cancel(self) -> None:
        """End every question under way; what is asked from then on is refused. Waits for no server that is silent."""
        self._stop.set()
        threads = Threads(2, "cancel")
        for rows in self._patient:
            threads.submit(rows.cancel)
        threads.close(LEAVE_SECONDS)

    def _healthy(self) -> bool:
        return self._clock.monotonic() - self._answered < HEALTHY_SECONDS

    def _both(self, ask: Callable[[Rows], T], patient: bool, urgent: bool) -> tuple[T, T]:
        source, target = self._patient if patient else self._limited
        passing: AbstractContextManager[None] = nullcontext()
        if self.brake is not None and not urgent:
            passing = self.brake.statement()
        with passing:
            began = self._clock.monotonic()
            there = self._threads.submit(lambda: ask(target))
            try:
                here = ask(source)
            except Exception:
                wait([there])
                raise
            answers = here, there.result()
            self._answered = self._clock.monotonic()
            self._asking.seconds = self.asking() + self._answered - began
        return answers


class Positions:
    """Where the log of the side that feeds ends. Asked for until it refuses once: not every server keeps a log."""

    def __init__(self, feeding: Database) -> None:
        self._feeding = feeding
        self._silent = False

    def now(self) -> Position | None:
        if not self._silent:
            try:
                return self._feeding.log.position()
            except MigrateError:
                self._silent = True
        return None


@contextmanager
def sides(
    source: Database,
    target: Database,
    options: CompareOptions,
    *,
    clock: Clock,
    lag: Callable[[], float | None] | None = None,
) -> Iterator[Sides]:
    """Both sides, for as many questions at once as there are workers. A block that is left by an exception, or by an
    interruption, leaves no question behind.

    Raises SourceError or TargetError when `frozen` is asked for and a side cannot give one moment to several sessions.
    """
    threads = Threads(options.workers + 2, "target rows")
    bases = [database.rows.limited(PATIENCE_SECONDS) for database in (source, target)]
    with ExitStack() as stack:
        rows = bases
        if options.frozen:
            rows = [stack.enter_context(base.frozen(2 * options.workers + 2)) for base in bases]
        limit = LIMIT_FACTOR * options.statement_seconds
        both = Sides(rows[0], rows[1], threads, clock, limit=limit, workers=options.workers)
        if options.brake is not None:
            loads = {Side.SOURCE.value: source.activity.load, Side.TARGET.value: target.activity.load}
            both.brake = Brake(
                options.brake,
                loads,
                most=options.workers,
                clock=clock,
                emit=both.notes.put,
                lag=lag,
                stopped=lambda: both.stopped,
            )
            stack.enter_context(_looking(both.brake))
        try:
            yield both
        except BaseException:
            both.cancel()
            threads.close(LEAVE_SECONDS)
            raise
        threads.close(MOST_SECONDS_AT_END)


@contextmanager
def _looking(brake: Brake) -> Iterator[None]:
    """The brake looks at the servers, now and every second while the block runs."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            brake.look()

    brake.look()
    thread = Threads(1, "brake")
    looking = thread.submit(look)
    try:
        yield
    finally:
        ended.set()
        thread.close(LEAVE_SECONDS)
    if looking.done():
        looking.result()
