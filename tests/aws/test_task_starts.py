"""A start that DMS refuses: because it was granted before, because the task is being changed, or for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from migrate.aws.instance import InstanceSpec
from migrate.aws.serverless.spec import ServerlessSpec
from migrate.aws.session import AwsSession
from migrate.aws.tasks import DmsTasks
from migrate.clock import SystemClock
from migrate.errors import AwsError

NAME, BEGAN = "bench-main-forward", datetime(2026, 1, 1, tzinfo=UTC)
ARN = f"arn:aws:dms:eu-central-1:123456789012:task:{NAME}"
ROLE = "arn:aws:iam::123456789012:role/dms-secrets"


class Dms:
    """Tasks to which DMS says, one after the other, what a test wrote down."""

    def __init__(self, serverless: ServerlessSpec | None) -> None:
        session = AwsSession("eu-central-1", None, "http://127.0.0.1:1")
        self.serverless = serverless is not None
        self.tasks = DmsTasks(session, "bench", InstanceSpec(), ROLE, SystemClock(), 0.01, serverless=serverless)
        self.answers = Stubber(session.client("dms"))

    def is_(self, *statuses: str) -> None:
        for status in statuses:
            if self.serverless:
                one: dict[str, Any] = {"ReplicationConfigIdentifier": NAME, "ReplicationConfigArn": ARN}
                one |= {"Status": status, "ReplicationStats": {"StartDate": BEGAN}}
                self.answers.add_response("describe_replications", {"Replications": [one]})
            else:
                one = {"ReplicationTaskIdentifier": NAME, "ReplicationTaskArn": ARN, "Status": status}
                one |= {"ReplicationTaskStats": {"StartDate": BEGAN}}
                self.answers.add_response("describe_replication_tasks", {"ReplicationTasks": [one]})

    @property
    def _start(self) -> str:
        return "start_replication" if self.serverless else "start_replication_task"

    def grants(self) -> None:
        self.answers.add_response(self._start, {})

    def refuses(self, code: str = "InvalidResourceStateFault") -> None:
        self.answers.add_client_error(self._start, code, "no")


@pytest.fixture(params=[None, ServerlessSpec(maximum=8)], ids=["instance", "serverless"])
def dms(request: pytest.FixtureRequest) -> Iterator[Dms]:
    stubbed = Dms(request.param)
    with stubbed.answers:
        yield stubbed
        stubbed.answers.assert_no_pending_responses()


def test_a_task_that_is_still_being_modified_is_resumed_afterwards(dms: Dms) -> None:
    """DMS took the new settings, and shows the task as it stood before for a moment longer."""
    dms.is_("stopped")
    dms.refuses()
    dms.is_("modifying", "modifying", "stopped")
    dms.grants()
    dms.is_("stopped", "starting", "running")
    dms.tasks.resume(NAME)


def test_a_task_that_is_still_tested_is_started_afterwards(dms: Dms) -> None:
    dms.is_("ready")
    dms.refuses()
    dms.is_("testing", "ready")
    dms.grants()
    dms.is_("ready", "starting", "running")
    dms.tasks.start(NAME)


def test_what_is_shown_of_a_task_may_be_older_than_the_refusal(dms: Dms) -> None:
    dms.is_("stopped")
    dms.refuses()
    dms.is_("stopped", "stopped")
    dms.grants()
    dms.is_("running")
    dms.tasks.resume(NAME)


def test_a_start_that_an_earlier_request_won_is_none_to_be_refused(dms: Dms) -> None:
    dms.is_("stopped")
    dms.refuses()
    dms.is_("starting", "running")
    dms.tasks.resume(NAME)


def test_a_task_that_stands_and_is_refused_again_and_again_is_told(dms: Dms) -> None:
    dms.is_("stopped")
    for _ in range(2):
        dms.refuses()
        dms.is_("stopped", "stopped")
    dms.refuses()
    dms.is_("stopped")
    with pytest.raises(AwsError) as caught:
        dms.tasks.resume(NAME)
    assert caught.value.code == "AWS-InvalidResourceStateFault"


def test_what_does_not_hang_on_the_state_is_told_at_once(dms: Dms) -> None:
    dms.is_("stopped")
    dms.refuses("AccessDeniedFault")
    dms.is_("stopped")
    with pytest.raises(AwsError) as caught:
        dms.tasks.resume(NAME)
    assert caught.value.code == "AWS-AccessDeniedFault"


@pytest.mark.parametrize("won", [False, True], ids=["by this request", "by an earlier one"])
def test_a_start_that_fails_before_it_ran_is_told_and_not_waited_for(dms: Dms, won: bool) -> None:
    """It leaves the task as it was, its StartDate included: that it was seen starting is all there is to go by."""
    dms.is_("failed")
    if won:
        dms.refuses()
        dms.is_("starting")
    else:
        dms.grants()
        dms.is_("failed", "starting")
    dms.is_("failed")
    with pytest.raises(AwsError) as caught:
        dms.tasks.resume(NAME)
    assert caught.value.code == "AWS-TASK-FAILED"
