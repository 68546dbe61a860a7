"""Tells a team's channels what a handover does: gates that are not open, the freeze, the switch, the way back.

Nobody waits for a channel: each notice is sent by a thread of its own queue, and one that cannot be sent is told once,
at the end.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from migrate.events import (
    Emit,
    Event,
    GateAnswered,
    Noted,
    ReverseWindowOpened,
    StageFinished,
    StageStarted,
    StepFinished,
)

Send = Callable[[str], str]
"""Sends one line; returns why it could not, or nothing."""

HANDOVERS = ("cutover", "rollback", "finalize")
FAREWELL_SECONDS = 10.0
_MOMENTS: Mapping[tuple[str, bool], str] = {
    ("freeze/fence", False): "the freeze has begun: the application is fenced",
    ("freeze/fence", True): "the freeze was undone: the application runs where it was",
    ("switch/secret", False): "switched: the application is pointed to the other side",
    ("open/fence", False): "the freeze has ended: the other side is open to the application",
}


def line(migration: str, stage: str, event: Event) -> str:
    """What is said of an event of `stage`; nothing for most of them."""
    match event:
        case StageStarted(name) if name in HANDOVERS:
            told = f"{name} has begun"
        case StageFinished(name, outcome, seconds) if name in HANDOVERS:
            told = f"{name}: {outcome}, after {seconds:.0f} s"
        case StepFinished(_, step, _, _, _, undoing) if (step, undoing) in _MOMENTS:
            told = _MOMENTS[step, undoing]
        case GateAnswered(result) if stage in HANDOVERS and not result.open:
            told = f"gate {result.gate} is {result.answer.value}: {result.reason}"
        case Noted(text, _, True) if stage in HANDOVERS:
            told = text
        case ReverseWindowOpened(until):
            told = f"the way back is proven and open until {until:%Y-%m-%d %H:%M} UTC"
        case _:
            return ""
    return f"{migration}: {told}"


def foretold(migration: str, stage: str, steps: Iterable[str]) -> tuple[str, ...]:
    """What is told of a stage that goes through these steps and meets nothing."""
    told = [line(migration, stage, StageStarted(stage))]
    for step in steps:
        told.append(line(migration, stage, StepFinished(stage, step, "", 0.0)))
        if step.partition(":")[0] == "after/round-trip":
            told.append(f"{migration}: the way back is proven and open until …")
    told.append(f"{migration}: {stage}: done, after … s")
    return tuple(dict.fromkeys(text for text in told if text))


@dataclass
class Notices:
    """Call it with events. `close` waits a little for what is still to be sent."""

    migration: str
    channels: Sequence[tuple[str, Send]]
    """Name and way to send."""
    emit: Emit
    _stage: str = ""
    _queue: queue.SimpleQueue[str | None] = field(default_factory=queue.SimpleQueue)
    _failures: dict[str, str] = field(default_factory=dict)
    _thread: threading.Thread | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            self._stage = event.stage
        text = line(self.migration, self._stage, event)
        if text:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="notices", daemon=True)
                self._thread.start()
            self._queue.put(text)

    def close(self) -> None:
        """Ends within FAREWELL_SECONDS, whatever the channels do."""
        if self._thread is None:
            return
        self._queue.put(None)
        self._thread.join(FAREWELL_SECONDS)
        if self._thread.is_alive():
            self.emit(Noted("a channel does not answer: not every notice was sent", warning=True))
        for name, reason in list(self._failures.items()):
            self.emit(Noted(f"{name} was not told everything: {reason}", warning=True))

    def _work(self) -> None:
        while (text := self._queue.get()) is not None:
            for name, send in self.channels:
                if reason := send(text):
                    self._failures[name] = reason
