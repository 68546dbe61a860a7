"""A person presses Ctrl-C while the servers are busy with our questions: both are let go of, and nothing hangs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from checks.facts import TableName
from migrate.model.progress import TableProgress
from migrate.model.validation import Verdict

pytestmark = pytest.mark.server

OURS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'aurora-migrate'"
    " AND state = 'active'"
)


class LockedOnce:
    """Progress that is loaded when the tables are known and no row is read: then the target's table is locked."""

    def __init__(self, two_sides: Any) -> None:
        self._two_sides = two_sides
        self.kept: dict[TableName, TableProgress] = {}
        self.holder: Any = None
        self.waiting = threading.Event()

    def load(self) -> Mapping[TableName, TableProgress]:
        self.holder = self._two_sides.connect("target")
        self.holder.autocommit = False
        self.holder.execute("LOCK TABLE big IN ACCESS EXCLUSIVE MODE")
        threading.Thread(target=self._press_the_key, daemon=True).start()
        return dict(self.kept)

    def save(self, moved: Mapping[TableName, TableProgress]) -> None:
        self.kept.update(moved)

    def _press_the_key(self) -> None:
        with self._two_sides.connect("target") as connection:
            while connection.execute(OURS).fetchone() == (0,):
                pass
        self.waiting.set()
        signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def keys_are_heard() -> Iterator[None]:
    """A test run in the background is started with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_pressed_key_ends_the_questions_on_both_sides(two_sides: Any) -> None:
    two_sides.on("both", "CREATE TABLE big (id integer PRIMARY KEY)", "INSERT INTO big SELECT generate_series(1, 5000)")
    before = threading.active_count()
    progress = LockedOnce(two_sides)
    with pytest.raises(KeyboardInterrupt):
        two_sides.compare("big", progress=progress)
    assert progress.waiting.is_set()
    for side in ("source", "target"):
        with two_sides.connect(side) as connection:
            while connection.execute(OURS).fetchone() != (0,):
                pass
    while threading.active_count() > before:
        pass
    progress.holder.close()
    assert two_sides.compare("big").verdict is Verdict.MATCH
