"""`replicate start` said again: whatever the task does by now, it ends where it shall, or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.aws.instance import InstanceSpec
from migrate.aws.tasks import DmsTasks
from migrate.errors import AwsError, SaysNo
from migrate.model.watching import ControlTables, LogStanding
from migrate.stages.replicate.load import NoteSlot, ProveArrival, ProveFollowing, StartLoad
from tests.clocks import HandClock

LOADED = ("stopped", "STOPPED_AFTER_FULL_LOAD", 100)


class Dms:
    """Stands for DMS's client, of one task: it goes through its states, one with each look, and stays in the last."""

    def __init__(self, *states: Any) -> None:
        self.states = [state if isinstance(state, tuple) else (state, "", 0) for state in states]
        self.asked: list[str] = []
        self.after_start: list[Any] = ["starting", "running"]
        self.slots: set[str] = set()

    @property
    def status(self) -> str:
        return str(self.states[0][0])

    def describe_replication_tasks(self, **_: Any) -> Any:
        (status, reason, percent), more = self.states[0], self.states[1:]
        self.states = more or self.states
        if status == "running":
            self.slots.add("made by the task")
        stats = {"FullLoadProgressPercent": percent, "StartDate": len(self.asked)}
        task = {"ReplicationTaskIdentifier": "shop-main", "ReplicationTaskArn": "arn", "Status": status,
                "StopReason": reason, "ReplicationTaskStats": stats}  # fmt: skip
        if status == "failed":
            task["LastFailureMessage"] = "Table 'shop'.'bill' was errored"
        return {"ReplicationTasks": [task]}

    def start_replication_task(self, *, StartReplicationTaskType: str, **_: Any) -> None:
        self.asked.append(StartReplicationTaskType)
        self.states = [state if isinstance(state, tuple) else (state, "", 100) for state in self.after_start]

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [])


def world_of(dms: Dms, *, markers_arrive: Callable[[], bool] = lambda: True) -> Any:
    clock, slots, marked = HandClock(), dms.slots, list[str]()
    session: Any = SimpleNamespace(client=lambda *_, **__: dms)
    markers = SimpleNamespace(
        write=lambda _, token: marked.append(f"{dms.status}: {token}"), seen=lambda *_: markers_arrive()
    )
    task = SimpleNamespace(name="main", identifier="shop-main", forward_marker="marker", tables=())
    return SimpleNamespace(
        request=SimpleNamespace(run="replicate-1", tasks=(task,), task=lambda _: task, feed_holds_slot=True),
        tasks=DmsTasks(session, "shop", InstanceSpec(), "role", clock, 1.0),
        source=SimpleNamespace(
            log=SimpleNamespace(slots=lambda: slots),
            feed=SimpleNamespace(log=lambda *_: LogStanding(held_bytes=0, held_by="")),
            markers=markers,
        ),
        target=SimpleNamespace(
            markers=markers, feed=SimpleNamespace(control=lambda *_: ControlTables(exceptions=(), suspended={}))
        ),
        control_schema="awsdms_control",
        memory=SimpleNamespace(before=lambda _: {"slots": []}, facts=lambda _: None),
        emit=lambda _: None,
        clock=clock,
        marked=marked,
    )


def loaded(dms: Dms) -> dict[str, Any]:
    """The start of a load and the note of its slot, as a run that is gone on with takes them."""
    world = world_of(dms)
    StartLoad(task="main").apply(world, {})
    return dict(NoteSlot(task="main").apply(world, {}))


@pytest.mark.parametrize("passing", ["testing", "modifying", "creating"])
def test_a_task_that_could_not_be_started_yet_is_started_once_it_can_be(passing: str) -> None:
    dms = Dms(passing, passing, "ready")
    assert loaded(dms) == {"slot": "made by the task"}
    assert dms.asked == ["start-replication"]


def test_a_load_that_had_only_just_been_asked_for_is_waited_for() -> None:
    dms = Dms("starting", "starting", "starting", "running")
    assert loaded(dms) == {"slot": "made by the task"}
    assert not dms.asked


def test_a_slot_is_waited_for_while_the_task_is_starting() -> None:
    assert NoteSlot(task="main").apply(world_of(Dms("starting", "starting", "running")), {}) == {
        "slot": "made by the task"
    }


def test_a_load_that_failed_is_told_as_that_and_not_started_again() -> None:
    dms = Dms(("failed", "FATAL_ERROR", 40))
    with pytest.raises(AwsError, match="bill") as told:
        loaded(dms)
    assert "replicate destroy" in told.value.hint
    assert not dms.asked


def test_a_load_that_failed_before_its_slot_was_made_is_no_stray_slot() -> None:
    with pytest.raises(AwsError, match="bill"):
        NoteSlot(task="main").apply(world_of(Dms("starting", ("failed", "FATAL_ERROR", 0))), {})


def test_a_load_that_was_over_before_anybody_looked_is_not_started_again() -> None:
    dms = Dms(LOADED)
    dms.slots.add("made by the task")
    assert loaded(dms) == {"slot": "made by the task"}
    assert not dms.asked


@pytest.mark.parametrize("proof", [ProveArrival, ProveFollowing])
@pytest.mark.parametrize("stopped", [("stopped", "NORMAL", 100), ("failed", "RECOVERABLE_ERROR", 100)])
def test_a_task_that_stopped_meanwhile_is_resumed_before_a_marker_is_waited_for(
    proof: type[ProveArrival], stopped: Any
) -> None:
    dms = Dms(stopped)
    world = world_of(dms, markers_arrive=lambda: dms.status == "running")
    proof(task="main").apply(world, {})
    assert dms.asked == ["resume-processing"]
    assert [one.partition(":")[0] for one in world.marked] == ["running"]


def test_a_task_that_runs_is_left_alone() -> None:
    dms = Dms(("running", "", 100))
    ProveArrival(task="main").apply(world_of(dms), {})
    assert not dms.asked


def test_a_task_that_cannot_run_is_told_by_its_cause_and_at_once() -> None:
    dms = Dms(("failed", "FATAL_ERROR", 100))
    dms.after_start = ["starting", ("failed", "FATAL_ERROR", 100)]
    world = world_of(dms, markers_arrive=lambda: False)
    with pytest.raises(AwsError, match="bill"):
        ProveArrival(task="main").apply(world, {})
    assert not world.marked


def test_a_task_that_is_stopped_by_somebody_while_it_is_resumed_was_not() -> None:
    dms = Dms(("stopped", "", 100))
    dms.after_start = ["starting", ("stopped", "NORMAL", 100)]
    with pytest.raises(AwsError, match="is stopped"):
        world_of(dms).tasks.resume("shop-main", may_load=True)


def test_no_marker_from_a_task_that_fails_meanwhile_is_told_by_its_cause_too() -> None:
    dms = Dms(("running", "", 100), ("running", "", 100), ("failed", "FATAL_ERROR", 100))
    with pytest.raises(AwsError, match="bill"):
        ProveArrival(task="main").apply(world_of(dms, markers_arrive=lambda: False), {})


def test_no_marker_from_a_task_that_runs_leads_to_saying_it_again() -> None:
    with pytest.raises(SaysNo) as told:
        ProveArrival(task="main").apply(world_of(Dms(("running", "", 100)), markers_arrive=lambda: False), {})
    assert told.value.code == "REP-011"
    assert "replicate start" in told.value.hint
