"""A task that stood, maybe for hours, goes on only with all of the log it read from, whoever resumes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import SaysNo
from migrate.model.replication import ReplicationTask
from migrate.model.watching import ControlTables, LogStanding
from migrate.stages.cutover.prepare import KeepFeeding
from migrate.stages.replicate.changes import GoOn
from migrate.stages.replicate.load import FollowChanges, FollowOn, ProveArrival, ProveFollowing
from migrate.stages.replicate.watching.gap import refuse_gap
from tests.clocks import HandClock

TASK = "shop-main"


class Stood:
    """The task, and the source it reads: which server answers there, and what its log lacks."""

    def __init__(self, *, status: str = "stopped", answers: str = "first", gap: str = "", slot: str = "") -> None:
        self.status, self.answers, self.gap, self.slot = status, answers, gap, slot
        self.feed = self.markers = self
        self.resumed: list[str] = []

    def describe(self, _: str) -> ReplicationTask:
        return ReplicationTask(identifier=TASK, arn="arn", status=self.status, recovery_checkpoint="C")

    def resume(self, identifier: str, **_: bool) -> None:
        self.resumed += [identifier] if self.status != "running" else []
        self.status = "running"

    run = resume

    def await_following(self, identifier: str, **_: object) -> ReplicationTask:
        return self.describe(identifier)

    def identity(self) -> Any:
        return SimpleNamespace(server=self.answers)

    def log(self, slot: str | None, checkpoint: str, _: str) -> LogStanding:
        assert (slot, checkpoint) == (self.slot or None, "C")
        return LogStanding(held_bytes=0, held_by="", gap=self.gap, silent=bool(self.gap))

    def control(self, *_: str) -> ControlTables:
        return ControlTables(exceptions=(), suspended={})

    def write(self, *_: str) -> None:
        """A marker, which arrives."""

    def seen(self, *_: str) -> bool:
        return True


def set_up(step: type[FollowChanges | ProveArrival], it: Stood) -> None:
    """A step of `replicate start`: its load was started on the server `first`, and its slot was noted."""
    task = SimpleNamespace(name="main", identifier=TASK, forward_marker="marker", tables=())
    world: Any = SimpleNamespace(
        request=SimpleNamespace(run="replicate-1", task=lambda _: task, feed_holds_slot=bool(it.slot)),
        memory=SimpleNamespace(
            before={"dms/start-load:main": {"slots": [], "server": "first"}}.get,
            facts={"dms/note-slot:main": {"slot": it.slot}}.get if it.slot else lambda _: None,
        ),
        tasks=it,
        source=it,
        target=it,
        control_schema="awsdms_control",
        emit=lambda _: None,
        clock=HandClock(),
    )
    made = step(task="main")
    if isinstance(made, ProveArrival) or not made.done(world, {}):
        made.apply(world, {})


def applied_settings(it: Stood) -> None:
    """The end of `replicate apply-settings`, which had stopped the task."""
    read = None if it.slot else "first"
    world: Any = SimpleNamespace(
        tasks=it,
        refuse_gap=lambda task: refuse_gap(it, it, task, it.slot or None, read),  # type: ignore[arg-type]
        memory=SimpleNamespace(before={"settings/pause:shop-main": {"status": "running"}}.get),
        emit=lambda _: None,
    )
    GoOn(TASK).apply(world, {})


def before_a_freeze(it: Stood) -> None:
    """The first step of a cutover that touches the feed."""
    feed = SimpleNamespace(name="main", task=TASK, slot=it.slot or None, slot_recorded=None)
    world: Any = SimpleNamespace(
        request=SimpleNamespace(feeds=(feed,)), tasks=it, leaving=it, read_server=None if it.slot else "first"
    )
    KeepFeeding(leaving="source", feed="main").apply(world, {})


RESUMES: dict[str, Callable[[Stood], None]] = {
    **{step.name: partial(set_up, step) for step in (FollowChanges, FollowOn, ProveArrival, ProveFollowing)},
    GoOn.name: applied_settings,
    KeepFeeding.name: before_a_freeze,
}


@pytest.fixture(params=RESUMES)
def go_on(request: pytest.FixtureRequest) -> Callable[[Stood], None]:
    return RESUMES[request.param]


@pytest.mark.parametrize("slot", ["", "theirs"])
def test_it_is_resumed_where_the_log_is_whole(go_on: Callable[[Stood], None], slot: str) -> None:
    go_on(it := Stood(slot=slot))
    assert it.resumed == [TASK]


@pytest.mark.parametrize(
    ("it", "code"),
    [
        (Stood(gap="the slot was made anew", slot="theirs"), "REP-043"),
        (Stood(gap="the log was begun anew"), "REP-043"),
        (Stood(answers="promoted"), "REP-085"),
    ],
    ids=["a slot made anew", "a log begun anew", "another server"],
)
def test_it_stays_where_it_would_miss_changes(go_on: Callable[[Stood], None], it: Stood, code: str) -> None:
    with pytest.raises(SaysNo) as told:
        go_on(it)
    assert (told.value.code, it.resumed) == (code, [])


def test_where_a_slot_tells_its_server_may_have_another_name(go_on: Callable[[Stood], None]) -> None:
    go_on(it := Stood(answers="restarted", slot="theirs"))
    assert it.resumed == [TASK]


def test_one_that_runs_is_left_alone(go_on: Callable[[Stood], None]) -> None:
    go_on(it := Stood(status="running", gap="not its own any more", answers="promoted"))
    assert it.resumed == []
