"""Progress as log lines, for pipes and files: one per finished step and per note, now and then how far work is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from migrate.events import Event, GateAnswered, Noted, Progressed, StageFinished, StageStarted, StepFinished
from migrate.ui.listener import lossy
from migrate.ui.pace import Pace, in_words

EVERY_SECONDS = 15.0
"""How often work that goes on is told of."""


class Lines:
    """Call it with events. Writes to stderr."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._pace = now, Pace(now)
        self._told: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        """How long each had lasted when it was told of."""

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(stage):
                line = f"{stage}: started"
            case StageFinished(stage, outcome, seconds):
                line = f"{stage}: {outcome} in {seconds:.1f} s"
            case StepFinished(stage, step, _, seconds, already, undoing):
                verb = "undone" if undoing else "already done" if already else "done"
                line = f"{stage}: {step} {verb} in {seconds:.2f} s"
            case GateAnswered(result):
                line = f"gate {result.gate}: {result.answer.value}: {result.reason}"
            case Noted(text=text, warning=warning):
                line = f"{'warning: ' if warning else ''}{text}"
            case Progressed(work, done, total, unit) if total is not None:
                line = self._far(work, done, total, unit)
            case Progressed(work, done, None, "s"):
                line = self._waited(work, done)
            case _:
                return
        if line:
            with lossy(sys.stderr):
                sys.stderr.write(line + "\n")

    def _far(self, work: str, done: float, total: float, unit: str) -> str:
        """Empty but now and then. Not at once: what is soon over is told by the line of its step."""
        left, now = self._pace.left(work, done, total), self._now()
        if done >= total:
            self._told.pop(work, None)
            self._pace.forget(work)
            return ""
        if now - self._told.setdefault(work, now) < EVERY_SECONDS:
            return ""
        self._told[work] = now
        return ", ".join(word for word in (f"{work}: {done:,.0f}/{total:,.0f} {unit}", in_words(left)) if word)

    def _waited(self, work: str, seconds: float) -> str:
        """Empty but now and then; one that is shorter than it was is another wait."""
        told = self._waits.get(work, 0.0)
        told = told if told <= seconds else 0.0
        due = seconds - told >= EVERY_SECONDS
        self._waits[work] = seconds if due else told
        return f"{work}: {seconds:,.0f} s so far" if due else ""


class Warnings(Lines):
    """Only what a person should act on; results and errors come all the same."""

    def __call__(self, event: Event) -> None:
        if isinstance(event, Noted) and event.warning:
            super().__call__(event)
