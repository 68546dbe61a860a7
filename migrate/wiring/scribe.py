"""Keeps what a run says of itself where people watch it, on a thread of its own: no run waits for its watchers.

About once a second the newest of each kind is written to the state database. What cannot be written is dropped.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Protocol

from migrate.clock import Clock
from migrate.errors import MigrateError
from migrate.events import (
    Emit,
    Event,
    LagSeen,
    LedgerSeen,
    Noted,
    Progressed,
    StageFinished,
    StageStarted,
    StepFinished,
    TablesSeen,
)
from migrate.model.json import Facts
from migrate.model.sighting import Sighting, SightingKind
from migrate.runner.masking import masked

EVERY_SECONDS = 1.0
FAREWELL_SECONDS = 5.0
Key = tuple[SightingKind, str]


class Keeps(Protocol):
    def save(self, seen: list[Sighting], over: list[Key]) -> None: ...


@dataclass
class Scribe:
    """Call it with events: each is passed on at once, and written down a moment later."""

    emit: Emit
    clock: Clock
    keep: Callable[[], Keeps | None]
    """Where to write; None while no state database is open: then nothing is kept of what happened."""
    _waiting: dict[Key, Sighting] = field(default_factory=dict)
    _over: set[Key] = field(default_factory=set)
    _last: dict[Key, Facts] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wake: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def __call__(self, event: Event) -> None:
        self.emit(event)
        match event:
            case Progressed(work, done, total, unit):
                self._see(SightingKind.WORK, work, {"done": done, "total": total, "unit": unit})
                if total is not None and done >= total:
                    self._forget(SightingKind.WORK, work)
            case StageStarted(stage):
                self._see(SightingKind.STAGE, stage, {"outcome": "running"})
            case StageFinished(stage, outcome, seconds):
                self._see(SightingKind.STAGE, stage, {"outcome": outcome, "seconds": round(seconds, 3)})
                self._end_works()
            case StepFinished():
                self._end_works()
            case TablesSeen(task, tables):
                for one in tables:
                    facts = {**asdict(one), "table": str(one.table), "task": task}
                    self._see(SightingKind.TABLE, f"{task} {one.table}", facts)
            case LagSeen(task, seconds, arrived):
                self._see(SightingKind.LAG, task, {"seconds": round(seconds, 3), "arrived": arrived}, again=True)
            case LedgerSeen():
                self._see(SightingKind.LEDGER, "", asdict(event))
            case Noted(text=text, warning=warning):
                subject = f"{self.clock.now().isoformat(timespec='microseconds')} {next(self._numbers):06}"
                self._see(SightingKind.NOTE, subject, {"text": masked(text), "warning": warning})
            case _:
                pass

    def holder(self, fence: int, label: str) -> None:
        """This process took the lease. What it said to be running before runs under it."""
        self._see(SightingKind.HOLDER, str(fence), {"label": label})
        for (kind, subject), facts in list(self._last.items()):
            if kind is SightingKind.STAGE and facts.get("outcome") == "running":
                self._see(kind, subject, facts, again=True)

    def close(self) -> None:
        """Write what is left, while the state database is open still. Ends within FAREWELL_SECONDS."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._wake.set()
            thread.join(FAREWELL_SECONDS)

    def _end_works(self) -> None:
        """What a step or a stage worked on ends with it."""
        for kind, subject in list(self._last):
            if kind is SightingKind.WORK:
                self._forget(kind, subject)

    def _see(self, kind: SightingKind, subject: str, facts: Facts, *, again: bool = False) -> None:
        """`again`: also where nothing changed but the time."""
        key = (kind, subject)
        with self._lock:
            if not again and self._last.get(key) == facts:
                return
            if self.keep() is None:
                return
            if kind is not SightingKind.NOTE:
                self._last[key] = facts
            self._over.discard(key)
            self._waiting[key] = Sighting(kind, subject, facts, self.clock.now())
            self._begin()

    def _forget(self, kind: SightingKind, subject: str) -> None:
        with self._lock:
            self._last.pop((kind, subject), None)
            self._waiting.pop((kind, subject), None)
            self._over.add((kind, subject))
            if self.keep() is not None:
                self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            self._wake.clear()
            self._thread = threading.Thread(target=self._work, args=(self._wake,), name="scribe", daemon=True)
            self._thread.start()

    def _work(self, wake: threading.Event) -> None:
        ended = False
        while not ended:
            ended = wake.wait(EVERY_SECONDS)
            self._write()

    def _write(self) -> None:
        with self._lock:
            seen, over = list(self._waiting.values()), list(self._over)
            self._waiting.clear()
            self._over.clear()
            keep = self.keep() if seen or over else None
        if keep is not None:
            # A store that is gone or busy ends no run: the newest of each kind is written with the next change.
            with suppress(MigrateError):
                keep.save(seen, over)
