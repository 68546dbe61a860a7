"""Sessions of an application that write all the while, and tell how far they are."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pymysql

from tests.sandbox_dms_worker.driving import wait_for

DEADLOCK = 1213


class Writers:
    """What `writing` yields."""

    def __init__(self) -> None:
        self.done = 0
        self._finished = threading.Event()
        self._sessions: list[Future[None]] = []

    def go_on(self, more: int = 20) -> None:
        """Wait until so many more transactions have ended; at once where a writer failed."""
        wanted = self.done + more
        wait_for(lambda: self.done >= wanted or any(each.done() for each in self._sessions), f"{more} transactions")

    def work(self, connect: Callable[[], AbstractContextManager[Any]], write: Callable[..., None], seed: int) -> None:
        """The victim of a deadlock begins anew, as an application does; any other error ends the session."""
        chance = random.Random(seed)
        with connect() as session:
            while not self._finished.is_set():
                try:
                    write(session, chance)
                except psycopg.errors.DeadlockDetected:
                    continue
                except pymysql.OperationalError as error:
                    if error.args[0] != DEADLOCK:
                        raise
                    continue
                self.done += 1

    @contextmanager
    def at_work(self, sessions: list[Callable[[], None]]) -> Iterator[None]:
        with ThreadPoolExecutor(len(sessions)) as pool:
            self._sessions = [pool.submit(session) for session in sessions]
            try:
                yield
            finally:
                self._finished.set()
        for session in self._sessions:
            session.result()


@contextmanager
def writing(
    connect: Callable[[], AbstractContextManager[Any]], write: Callable[..., None], sessions: int = 2
) -> Iterator[Writers]:
    """Sessions that call `write(session, chance)`, one transaction, over and over until the block ends.

    Raises at its end what ended a session.
    """
    writers = Writers()
    with writers.at_work([lambda seed=seed: writers.work(connect, write, seed) for seed in range(sessions)]):
        yield writers
