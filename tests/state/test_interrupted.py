"""A signal never leaves the state database half used: what follows it still works."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

from migrate.errors import Interrupted
from migrate.model.journal import Kind
from migrate.signals import heeding_signals
from migrate.state.lease import hold
from migrate.state.store import Store

TIMES = 300


def test_signals_at_any_moment_of_reading_and_writing(tmp_path: Path) -> None:
    """An unwinding that follows Ctrl-C must be able to write."""
    store, chance, interrupted = Store.open(f"sqlite:///{tmp_path}/state.db"), random.Random(1), 0
    with hold(store, "shop", "test") as lease:
        journal = store.journal("shop", lease)
        for _ in range(TIMES):
            later = threading.Timer(chance.uniform(0.0001, 0.004), os.kill, (os.getpid(), signal.SIGINT))
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
