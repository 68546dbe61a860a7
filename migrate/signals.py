"""Turns SIGTERM, SIGINT and SIGHUP into Interrupted where a step can bear it, and holds them back where it cannot."""

from __future__ import annotations

import math
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from migrate.errors import Interrupted

SAME_PRESS_SECONDS = 0.5
SHIELDED_SECONDS = 0.02
"""An alarm that found shielded work comes again after so long."""
AGAIN_SECONDS = 8.0
"""Between two rings of an alarm: psycopg takes up to five to have a statement cancelled."""


class _Shield:
    """How deep the main thread is in work that must not be torn, and the signal that waits for its end."""

    depth = 0
    sealed = 0
    """How deep in work that not even a second signal tears."""
    waiting: int | None = None
    raised_at = -math.inf
    """When the last signal was raised, by a clock that never runs backwards."""


class Stop(KeyboardInterrupt):
    """What a signal raises. No Exception: botocore takes any for a failed request, which it then sends again."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def interrupted(number: int) -> Interrupted:
    """The error for a signal."""
    return _stopped(f"by {signal.Signals(number).name}")


def stopped(key: KeyboardInterrupt) -> Interrupted:
    """The error for a signal, or for a KeyboardInterrupt that came outside of `heeding_signals`."""
    return interrupted(key.number) if isinstance(key, Stop) else _stopped("by the keyboard")


def _stopped(how: str) -> Interrupted:
    hint = "What was begun stands in the journal. How to go on: aurora-migrate status"
    return Interrupted(f"stopped {how}", code="RUN-005", hint=hint)


@contextmanager
def heeding_signals() -> Iterator[None]:
    """While the block runs, SIGTERM, SIGINT and SIGHUP raise Stop in the main thread, and the block Interrupted.

    In another thread it does nothing. A SIGHUP that is ignored, as under nohup, stays so.
    Inside `shielded` the first signal waits for the end of the shielded work; a second one does not, unless it is a
    SIGHUP: of a lost terminal both the shell and the kernel tell, and nobody insists. Inside `sealed` all wait, and
    count as one. Signals that follow a raised one within a moment are the same press, or the same terminal: they must
    not tear what just began to clean up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heed(number: int, _frame: FrameType | None) -> None:
        insisted = _Shield.waiting is not None and number != signal.SIGHUP
        if _Shield.sealed or (_Shield.depth and not insisted):
            _Shield.waiting = number
            return
        now = time.monotonic()
        if now - _Shield.raised_at < SAME_PRESS_SECONDS:
            return
        _Shield.waiting, _Shield.raised_at = None, now
        raise Stop(number)

    heeded = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        heeded.append(signal.SIGHUP)
    _Shield.raised_at = -math.inf
    previous = {number: signal.getsignal(number) for number in heeded}
    try:
        for number in heeded:
            signal.signal(number, heed)
        yield
    except KeyboardInterrupt as key:
        raise stopped(key) from None
    finally:
        # Who presses again while this ends has been told already.
        _Shield.sealed += 1
        for number, handler in previous.items():
            signal.signal(number, handler)
        _Shield.sealed -= 1
        _Shield.waiting = None


class Alarm:
    """Stops the main thread, as a signal would, when something takes too long."""

    def __init__(self) -> None:
        self.rang = False
        self._depth = 0

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """While the block runs, raise Stop once so many seconds are over, and again while it does not end: a driver may
        wait for the server once more to end a statement there. What is shielded within the block is not torn.

        In another thread it does nothing. Alarms do not nest.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._depth = _Shield.depth
        previous = signal.signal(signal.SIGALRM, self._ring)
        try:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, SHIELDED_SECONDS), AGAIN_SECONDS)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, previous)

    def _ring(self, number: int, _frame: FrameType | None) -> None:
        if _Shield.sealed or _Shield.depth > self._depth:
            signal.setitimer(signal.ITIMER_REAL, SHIELDED_SECONDS, AGAIN_SECONDS)
            return
        self.rang = True
        raise Stop(number)


@contextmanager
def shielded() -> Iterator[None]:
    """Work that a signal must not tear: a journal entry, a whole unwinding. Only a second signal tears it.

    The Interrupted that waited follows the good end of the outermost work. An error of that work is not
    replaced, nor is one that is on its way while the work is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _Shield.depth += 1
    try:
        yield
    finally:
        _Shield.depth -= 1
    _let_through()


@contextmanager
def sealed() -> Iterator[None]:
    """Shielded work of a moment that no signal tears, however often it is sent: what is torn there cannot be mended.

    It must end by itself, whatever happens.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _Shield.sealed += 1
    try:
        with shielded():
            yield
    finally:
        _Shield.sealed -= 1
    _let_through()


def _let_through() -> None:
    """Raise the Interrupted that waited, at the end of the outermost work."""
    if _Shield.depth == 0 and _Shield.sealed == 0 and _Shield.waiting is not None and sys.exc_info()[0] is None:
        number, _Shield.waiting, _Shield.raised_at = _Shield.waiting, None, time.monotonic()
        raise interrupted(number)
