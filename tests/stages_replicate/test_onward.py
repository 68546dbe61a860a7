"""Tasks are resumed: all of them first, then each is stayed with; tables that are in error then are named."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName
from migrate.errors import SaysNo
from migrate.events import silent
from migrate.model.replication import ReplicationTask, TableState, TableStatistics
from migrate.stages.replicate import onward

DONE, ERROR, LOADING = TableState.COMPLETED, TableState.ERROR, TableState.FULL_LOAD


def look(identifier: str, status: str, *states: TableState) -> ReplicationTask:
    tables = tuple(TableStatistics(table=TableName("shop", f"t{n}"), state=state) for n, state in enumerate(states))
    return ReplicationTask(identifier=identifier, arn="arn", status=status, tables=tables)


class SomeTasks:
    """Each as it stands, and as it follows in the end. Everything asked for is told."""

    def __init__(self, **tasks: tuple[ReplicationTask, ReplicationTask]) -> None:
        self.tasks = tasks
        self.told: list[object] = []

    def describe(self, identifier: str) -> ReplicationTask:
        return self.tasks[identifier][0]

    def resume(self, identifier: str, *, may_load: bool) -> None:
        assert may_load
        self.told.append(identifier)

    def await_following(self, identifier: str, *, loads: bool | None, on_progress: Any) -> ReplicationTask:
        self.told.append((identifier, loads))
        on_progress(self.tasks[identifier][0])
        return self.tasks[identifier][1]


def test_all_are_resumed_before_one_is_waited_for() -> None:
    tasks: Any = SomeTasks(
        a=(look("a", "stopped", DONE, ERROR), look("a", "running", DONE, DONE)),
        b=(look("b", "stopped", DONE), look("b", "running", DONE)),
        c=(look("c", "running", LOADING), look("c", "running", DONE)),
        serverless=(look("serverless", "stopped"), look("serverless", "running", DONE)),
    )
    onward.resume(tasks, ["a", "b", "c", "serverless"], emit=silent)
    assert tasks.told == [
        *("a", "b", "c", "serverless"),
        *(("a", True), ("b", False), ("c", False), ("serverless", None)),
    ]


def test_every_table_that_nothing_feeds_is_named() -> None:
    tasks: Any = SomeTasks(
        a=(look("a", "stopped", ERROR), look("a", "stopped", ERROR)),
        b=(look("b", "running", DONE, ERROR), look("b", "running", DONE, ERROR)),
    )
    with pytest.raises(SaysNo) as refused:
        onward.resume(tasks, ["a", "b"], emit=silent)
    assert refused.value.code == "REP-068"
    assert "task a is stopped and does not feed shop.t0; task b is running and does not feed shop.t1" in str(
        refused.value
    )


@pytest.mark.parametrize("state", [ERROR, TableState.CANCELLED, TableState.DOES_NOT_EXIST])
def test_whatever_state_tells_that_it_feeds_a_table_no_more(state: TableState) -> None:
    tasks: Any = SomeTasks(a=(look("a", "stopped", state), look("a", "running", DONE, state)))
    with pytest.raises(SaysNo, match=rf"does not feed shop\.t1 \({state}\)"):
        onward.resume(tasks, ["a"], emit=silent)
    assert onward.loaded_by_a_resume(tasks, "a") == (TableName("shop", "t0"),)


def test_what_a_resume_loads_is_told_before_it() -> None:
    tasks: Any = SomeTasks(a=(look("a", "stopped", DONE, ERROR, LOADING), look("a", "running")),
                           b=(look("b", "running", ERROR), look("b", "running")))  # fmt: skip
    assert [str(table) for table in onward.loaded_by_a_resume(tasks, "a")] == ["shop.t1", "shop.t2"]
    assert [str(table) for table in onward.loaded_by_a_resume(tasks, "b")] == ["shop.t0"], "it may be stopped for that"
