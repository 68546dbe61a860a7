"""A signal never leaves the state database half used: what follows it still works."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.errors import Interrupted
from migrate.model.journal import Kind
from migrate.signals import heeding_signals
from migrate.state.lease import hold
from migrate.state.store import Store

TIMES = 300


@pytest.fixture(autouse=True)
def nobody_presses_twice_outside() -> Iterator[None]:
    """The last of several signals may come when the program has ended."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("signals", [1, 2, 4])
def test_signals_at_any_moment_of_reading_and_writing(tmp_path: Path, signals: int) -> None:
    """An unwinding that follows Ctrl-C must be able to write, however often somebody pressed it."""
    chance, pauses, interrupted = random.Random(1), random.Random(2), 0
    store = Store.open(f"sqlite:///{tmp_path}/state.db")

    def press() -> None:
        for _ in range(signals):
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(pauses.uniform(0.0, 0.0005))

    with hold(store, "shop", "test") as lease:
        journal = store.journal("shop", lease)
        for _ in range(TIMES):
            later = threading.Timer(chance.uniform(0.0001, 0.004), press)
            try:
                with heeding_signals():
                    later.start()
                    while True:
                        journal.entries(run="cutover-1")
            except Interrupted:
                interrupted += 1
            later.join()
            journal.append(Kind.DONE, run="cutover-2", step="freeze/fence")
        assert len(journal.entries(run="cutover-2")) == TIMES
        journal.verify()
    store.close()
    assert interrupted == TIMES


def test_a_second_signal_waits_for_the_end_of_a_transaction_too(tmp_path: Path) -> None:
    """All of them count as one: what follows is the first of an unwinding."""
    store = Store.open(f"sqlite:///{tmp_path}/state.db")
    reached: list[str] = []

    def pressed_often() -> None:
        with store.writing() as connection:
            for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
                signal.raise_signal(number)
                reached.append(str(connection.exec_driver_sql("SELECT 1").scalar()))
        reached.append("after it")

    with pytest.raises(Interrupted, match="SIGTERM"), heeding_signals():
        pressed_often()
    assert reached == ["1", "1", "1"]
    store.close()
