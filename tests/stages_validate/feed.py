"""A small feed: what is done on the source is done on the target a while later, markers with it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

LAG = 0.5


class Feed:
    """Runs every statement on the source, and in the same order, `lag` seconds later, on the target."""

    def __init__(self, two_sides: Any, lag: float = LAG) -> None:
        self._lag = lag
        self._source, self._target = two_sides.connect("source"), two_sides.connect("target")
        self._two_sides = two_sides
        self._queue: list[tuple[float, str]] = []
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._tokens = itertools.count()
        self._crew: list[Future[None]] = []
        self.settled = 0

    def run(self, statement: str) -> None:
        with self._lock:
            self._source.execute(statement)
            self._queue.append((time.monotonic() + self._lag, statement))

    def settle(self) -> None:
        token = f"t{next(self._tokens)}"
        self.run(f"INSERT INTO marker VALUES ('{token}')")
        with self._two_sides.connect("target") as there:
            while there.execute("SELECT 1 FROM marker WHERE token = %s", [token]).fetchone() is None:
                assert not any(each.done() for each in self._crew), "the feed has ended"
                time.sleep(0.005)
        self.settled += 1

    def deliver(self) -> None:
        while not self._ended.is_set() or self._queue:
            due = self._queue[0] if self._queue else None
            if due is None or due[0] > time.monotonic():
                time.sleep(0.002)
                continue
            self._target.execute(due[1])
            self._queue.pop(0)

    @contextmanager
    def flowing(self, change: Callable[[int], str], every: float) -> Iterator[None]:
        """Raises at the end what ended the feed."""

        def work() -> None:
            for number in itertools.count():
                if self._ended.is_set():
                    return
                self.run(change(number))
                time.sleep(every)

        with ThreadPoolExecutor(2) as pool:
            self._crew = [pool.submit(self.deliver), pool.submit(work)]
            try:
                time.sleep(2 * self._lag)
                yield
            finally:
                self._ended.set()
        self._source.close()
        self._target.close()
        for each in self._crew:
            each.result()
