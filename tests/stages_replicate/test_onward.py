"""A task is resumed: what it loads for that is waited for, and what fails again is named."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName
from migrate.errors import SaysNo
from migrate.events import silent
from migrate.model.replication import ReplicationTask, TableState, TableStatistics
from migrate.stages.replicate import onward
from tests.clocks import HandClock

LOADED = "STOPPED_AFTER_FULL_LOAD"


def look(status: str, bill: TableState, order: TableState = TableState.COMPLETED, reason: str = "") -> ReplicationTask:
    tables = (TableStatistics(table=TableName("shop", "bill"), state=bill),
              TableStatistics(table=TableName("shop", "order"), state=order))  # fmt: skip
    return ReplicationTask(identifier="main", arn="arn", status=status, stop_reason=reason, tables=tables)


class OneTask:
    """Goes through these looks, one at each description, and stays in the last."""

    def __init__(self, *looks: ReplicationTask) -> None:
        self.looks = list(looks)
        self.resumed = 0

    def describe(self, _: str) -> ReplicationTask:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def start(self, _: str) -> None:
        """It is well: a task that failed would raise here."""

    def resume(self, _: str) -> None:
        self.resumed += 1


def resumed(*looks: ReplicationTask) -> tuple[int, float]:
    tasks: Any = OneTask(*looks)
    clock = HandClock()
    began = clock.monotonic()
    onward.resume(tasks, "main", emit=silent, clock=clock)
    return tasks.resumed, clock.monotonic() - began


def test_a_task_whose_tables_are_complete_is_not_waited_for() -> None:
    assert resumed(look("stopped", TableState.COMPLETED)) == (1, 0.0)


@pytest.mark.parametrize("before", [TableState.ERROR, TableState.FULL_LOAD, TableState.BEFORE_LOAD])
def test_a_task_that_stops_after_what_it_loaded_is_resumed_once_more(before: TableState) -> None:
    times, _ = resumed(
        look("stopped", before),
        look("running", before),
        look("running", TableState.FULL_LOAD),
        look("running", TableState.COMPLETED),
        look("stopped", TableState.COMPLETED, reason=LOADED),
    )
    assert times == 2


def test_a_task_that_goes_on_by_itself_is_taken_when_nothing_moved_for_a_while() -> None:
    times, seconds = resumed(
        look("stopped", TableState.ERROR), look("running", TableState.FULL_LOAD), look("running", TableState.COMPLETED)
    )
    assert times == 1
    assert onward.SETTLED_SECONDS < seconds < 2 * onward.SETTLED_SECONDS


def test_a_load_that_takes_long_is_waited_for() -> None:
    """An hour in which no row is counted: a large index, or a source that hands out nothing yet."""
    hour = [look("running", TableState.FULL_LOAD)] * round(3600 / onward.LOOK_SECONDS)
    times, seconds = resumed(
        look("stopped", TableState.ERROR), *hour, look("stopped", TableState.COMPLETED, reason=LOADED)
    )
    assert times == 2
    assert seconds > 3500


def test_a_table_that_fails_again_is_named_and_the_task_left_standing() -> None:
    tasks: Any = OneTask(look("stopped", TableState.ERROR), look("stopped", TableState.ERROR, reason=LOADED))
    with pytest.raises(SaysNo) as refused:
        onward.resume(tasks, "main", emit=silent, clock=HandClock())
    assert (refused.value.code, tasks.resumed) == ("REP-068", 1)
    assert "is stopped and does not feed shop.bill" in refused.value.message
    assert "replicate resume" in refused.value.hint


def test_a_task_that_runs_without_a_table_is_no_good_one() -> None:
    tasks: Any = OneTask(look("running", TableState.ERROR))
    with pytest.raises(SaysNo) as refused:
        onward.resume(tasks, "main", emit=silent, clock=HandClock())
    assert "is running and does not feed shop.bill" in refused.value.message
    assert "replicate reload" in refused.value.hint
