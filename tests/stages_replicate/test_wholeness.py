"""No load counts as done, and no feed as set up, while a table is missing from it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from checks.facts import TableName
from migrate.errors import SaysNo
from migrate.model.replication import ReplicationTask, TableState, TableStatistics
from migrate.model.watching import ControlTables, ExceptionsOf
from migrate.stages.replicate.load import FullLoad, ProveArrival, ProveFollowing
from tests.clocks import HandClock

ORDERS, ITEMS = TableName("shop", "orders"), TableName("shop", "items")
DONE = TableState.COMPLETED
CLEAN = ControlTables(exceptions=(), suspended={})


def look(*states: str, status: str = "stopped", serverless: bool = False) -> ReplicationTask:
    """The task with as many of the two tables as states are told."""
    tables = tuple(
        TableStatistics(table=table, state=state, full_load_rows=10)
        for table, state in zip((ORDERS, ITEMS), states, strict=False)
    )
    return ReplicationTask(
        identifier="shop-main",
        arn="arn:aws:dms:eu-central-1:1:task:EXTERNAL",
        status=status,
        stop_reason="STOPPED_AFTER_FULL_LOAD",
        serverless=serverless,
        tables=tables,
    )


class SomeTasks:
    """Goes through its looks, one at each question, and stays in the last."""

    def __init__(self, *looks: ReplicationTask | None) -> None:
        self.looks = list(looks)

    def describe(self, _: str) -> ReplicationTask | None:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def wait_for_full_load(self, identifier: str, _: object) -> ReplicationTask | None:
        return self.describe(identifier)

    def resume(self, _: str) -> None:
        """It runs."""


def world_of(*looks: ReplicationTask | None, control: ControlTables | None = CLEAN) -> Any:
    task = SimpleNamespace(name="main", identifier="shop-main", forward_marker="marker", tables=(ORDERS, ITEMS))
    markers = SimpleNamespace(write=lambda *_: None, seen=lambda *_: True)
    asked: list[tuple[str, str]] = []

    def controlled(schema: str, external_id: str) -> ControlTables | None:
        asked.append((schema, external_id))
        return control

    return SimpleNamespace(
        request=SimpleNamespace(run="replicate-1", tasks=(task,), task=lambda _: task, feed_holds_slot=False),
        tasks=SomeTasks(*looks),
        source=SimpleNamespace(markers=markers),
        target=SimpleNamespace(markers=markers, feed=SimpleNamespace(control=controlled)),
        control_schema="awsdms_control",
        memory=SimpleNamespace(before=lambda _: None, facts=lambda _: None),
        emit=lambda _: None,
        clock=HandClock(),
        asked=asked,
    )


@pytest.mark.parametrize(
    ("states", "named"),
    [
        ((), "shop.orders (not known to the task), shop.items (not known to the task)"),
        ((DONE,), "shop.items (not known to the task)"),
        ((DONE, TableState.BEFORE_LOAD), "shop.items (Before load)"),
        ((TableState.FULL_LOAD, DONE), "shop.orders (Full load)"),
        ((DONE, TableState.RELOADED), "shop.items (Table is being reloaded)"),
        ((DONE, "Something new"), "shop.items (Something new)"),
    ],
)
def test_a_load_that_ended_without_a_table_is_none(states: tuple[str, ...], named: str) -> None:
    with pytest.raises(SaysNo) as refused:
        FullLoad(task="main").apply(world_of(look(*states)), {})
    assert refused.value.code == "REP-012"
    assert named in refused.value.message
    assert "replicate destroy" in refused.value.hint


def test_tables_whose_end_is_told_a_moment_after_that_of_their_task_are_waited_for() -> None:
    world = world_of(look(DONE, TableState.FULL_LOAD), look(DONE), look(DONE, DONE))
    assert FullLoad(task="main").apply(world, {}) == {"rows": 20}


def test_a_serverless_task_that_forgot_its_tables_is_asked_again_when_it_runs() -> None:
    world = world_of(look(serverless=True), look(DONE, status="running", serverless=True))
    FullLoad(task="main").apply(world, {})
    with pytest.raises(SaysNo, match="not known to the task"):
        ProveArrival(task="main").apply(world, {})


@pytest.mark.parametrize("proof", [ProveArrival, ProveFollowing])
@pytest.mark.parametrize("state", [TableState.ERROR, TableState.CANCELLED, TableState.DOES_NOT_EXIST])
def test_a_marker_does_not_prove_a_table_that_was_given_up(proof: type[ProveArrival], state: str) -> None:
    world = world_of(look(DONE, state, status="running"))
    with pytest.raises(SaysNo) as refused:
        proof(task="main").apply(world, {})
    assert refused.value.code == "REP-013"
    assert f"shop.items ({state})" in refused.value.message
    assert "replicate reload" in refused.value.hint


@pytest.mark.parametrize(
    ("control", "named"),
    [
        (ControlTables((ExceptionsOf(ITEMS, 7, "now"),), {}), "awsdms_apply_exceptions: shop.items (7)"),
        (ControlTables((), {ITEMS: "an error"}), "suspended: shop.items"),
        (ControlTables(None, {}), "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_what_the_statistics_do_not_tell_is_read_where_dms_wrote_it(control: ControlTables | None, named: str) -> None:
    world = world_of(look(DONE, DONE, status="running"), control=control)
    with pytest.raises(SaysNo) as refused:
        ProveFollowing(task="main").apply(world, {})
    assert refused.value.code == "REP-013"
    assert named in refused.value.message
    assert world.asked[0] == ("awsdms_control", "EXTERNAL")


def test_a_task_that_is_gone_behind_its_marker_proves_nothing() -> None:
    with pytest.raises(SaysNo, match="is gone"):
        ProveFollowing(task="main").apply(world_of(None), {})


def test_a_feed_of_every_table_is_proven() -> None:
    unloaded = look(DONE, TableState.BEFORE_LOAD, status="running")
    world = world_of(unloaded, unloaded, look(DONE, DONE, status="running"))
    assert ProveFollowing(task="main").apply(world, {}) == {"seconds": 0.0}
