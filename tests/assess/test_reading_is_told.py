"""A dump may hold gigabytes of rows: whoever waits is told how far it was read."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from checks.route import Engine
from migrate.events import Event, Progressed
from migrate.operations.assess import assess_dump

ROWS = "INSERT INTO `t` VALUES (1, 'a row');\n"
DUMP = "CREATE TABLE `t` (`id` int PRIMARY KEY, `what` text);\n" + ROWS * 100_000


@pytest.mark.parametrize("packed", [False, True])
def test_whoever_waits_for_a_dump_is_told_how_far_it_was_read(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "dump.sql"
    path.write_bytes(gzip.compress(DUMP.encode()) if packed else DUMP.encode())
    events: list[Event] = []
    assess_dump(path, Engine.MYSQL, "aurora-mysql:3.08", date(2026, 11, 23), emit=events.append)
    told = [one for one in events if isinstance(one, Progressed)]
    assert {(one.work, one.total, one.unit) for one in told} == {("read dump.sql", path.stat().st_size / 1e6, "MB")}
    assert told[-1].done == told[-1].total, "then the bar goes"
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert packed or len(told) > 3
