"""A task that is stayed with after a resume, and one that is looked at in haste."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.aws import hasty
from migrate.aws.instance import InstanceSpec
from migrate.aws.tasks import UNBEGUN_SECONDS, UNSTOPPED_SECONDS, DmsTasks
from migrate.errors import AwsError
from tests.clocks import HandClock

DONE, ERROR, LOADING = "Table completed", "Table error", "Full load"
GIVEN_UP = (ERROR, "Table cancelled", "Table does not exist")
LOADED = "Stop Reason STOPPED_AFTER_FULL_LOAD"
Look = tuple[str, str, str]
"""Status, stop reason, state of its one table; empty for none."""


class Dms:
    """Goes through its looks, one at each question, and stays in the last."""

    def __init__(self, *looks: Look, restarted: tuple[Look, ...] = ()) -> None:
        self.looks, self.restarted = list(looks), list(restarted)
        self.resumed = 0
        self.state = ""

    def describe_replication_tasks(self, **_: Any) -> Any:
        (status, reason, self.state) = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        stats = {"StartDate": self.resumed}
        task = {"ReplicationTaskIdentifier": "main", "ReplicationTaskArn": "arn", "Status": status,
                "StopReason": reason, "ReplicationTaskStats": stats}  # fmt: skip
        return {"ReplicationTasks": [task] if status else []}

    def start_replication_task(self, **_: Any) -> None:
        self.resumed += 1
        self.looks = list(self.restarted)

    def get_paginator(self, _: str) -> Any:
        row = {"SchemaName": "shop", "TableName": "bill", "TableState": self.state}
        return SimpleNamespace(paginate=lambda **_: [{"TableStatistics": [row] if self.state else []}])


def tasks_of(dms: Dms, clock: HandClock) -> DmsTasks:
    session: Any = SimpleNamespace(client=lambda *_, **__: dms)
    return DmsTasks(session, "shop", InstanceSpec(), "role", clock, 1.0)


def followed(dms: Dms, loads: bool | None) -> tuple[str, float]:
    clock = HandClock()
    began = clock.monotonic()
    task = tasks_of(dms, clock).await_following("main", loads=loads, on_progress=lambda _: None)
    return task.status, clock.monotonic() - began


@pytest.mark.parametrize("loads", [False, None])
def test_one_with_nothing_to_load_is_not_waited_for(loads: bool | None) -> None:
    assert followed(Dms(("running", "", DONE)), loads) == ("running", 0.0)


@pytest.mark.parametrize("loads", [True, None])
def test_one_that_stops_after_its_load_is_resumed_once_more(loads: bool | None) -> None:
    dms = Dms(
        *[("running", "", ERROR)] * 3,
        *[("running", "", LOADING)] * 3600,
        ("running", "", DONE),
        ("stopped", LOADED, DONE),
        restarted=(("running", "", DONE),),
    )
    status, seconds = followed(dms, loads)
    assert (status, dms.resumed) == ("running", 1)
    assert seconds > 3600, "a load of an hour in which no row is counted is waited for"


def test_one_that_was_met_in_its_load_is_resumed_after_it_too() -> None:
    dms = Dms(("running", "", LOADING), ("stopped", LOADED, DONE), restarted=(("running", "", DONE),))
    assert followed(dms, loads=False)[0] == "running"
    assert dms.resumed == 1


@pytest.mark.parametrize("given_up", GIVEN_UP)
def test_a_table_that_fails_again_is_not_loaded_for_ever(given_up: str) -> None:
    dms = Dms(("running", "", LOADING), ("stopped", LOADED, given_up))
    assert followed(dms, loads=True)[0] == "stopped"
    assert dms.resumed == 0


def test_one_that_does_not_stop_after_its_load_follows() -> None:
    status, seconds = followed(Dms(("running", "", LOADING), ("running", "", DONE)), loads=True)
    assert status == "running"
    assert UNSTOPPED_SECONDS < seconds < 2 * UNSTOPPED_SECONDS


@pytest.mark.parametrize("given_up", GIVEN_UP)
def test_a_load_that_waits_for_a_long_transaction_is_waited_for(given_up: str) -> None:
    assert followed(Dms(("running", "", given_up)), loads=True)[1] >= UNBEGUN_SECONDS
    assert followed(Dms(("running", "", given_up)), loads=False)[1] == 0.0


def test_one_that_somebody_stops_meanwhile_is_not_started_against_him() -> None:
    dms = Dms(("running", "", LOADING), ("stopped", "Stop Reason NORMAL", LOADING))
    with pytest.raises(AwsError, match="is stopped"):
        followed(dms, loads=True)
    assert dms.resumed == 0


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (("running", "", DONE), None),
        (("starting", "", DONE), None),
        (("stopped", "Stop Reason NORMAL", DONE), "NORMAL"),
        (("failed", "Stop Reason FATAL_ERROR", DONE), "FATAL_ERROR"),
        (("stopped", "Stop Reason RECYCLE_TASK", DONE), None),
        (("", "", ""), "it is gone"),
    ],
)
def test_what_carries_nothing_says_why(look: Look, why: str | None) -> None:
    assert tasks_of(Dms(look), HandClock()).standing("main") == why


def test_an_answer_that_does_not_come_at_once_is_none() -> None:
    with pytest.raises(AwsError) as late:
        hasty.at_once(lambda: time.sleep(60.0))
    assert late.value.code == "AWS-TOO-LATE"


def test_what_goes_wrong_at_once_is_raised() -> None:
    def refused() -> None:
        raise AwsError("no", code="AWS-AccessDenied")

    with pytest.raises(AwsError, match="no"):
        hasty.at_once(refused)
