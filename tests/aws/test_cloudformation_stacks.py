"""Stacks of the sandbox: change set first, events in order, the culprit named, no changes is an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from migrate.aws.session import AwsSession
from migrate.aws.stack import CloudFormationStacks
from migrate.clock import SystemClock
from migrate.errors import AwsError
from migrate.model.cluster import StackEvent
from migrate.sandbox.client import Launched, fault

pytestmark = pytest.mark.server
STACK = "adapter"


def template(days: int = 1, more: bool = False) -> str:
    resources = {
        "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{STACK}", "RetentionInDays": days}},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": []}}},
    }
    if more:
        resources["Second"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/{STACK}/2"}}
    return json.dumps({"Resources": resources})


@pytest.fixture
def stacks(session: AwsSession) -> Iterator[CloudFormationStacks]:
    adapter = CloudFormationStacks(session, SystemClock(), 0.05)
    yield adapter
    adapter.delete(STACK, lambda _: None)


def test_a_missing_stack_is_none_and_deleting_it_is_nothing(stacks: CloudFormationStacks) -> None:
    assert stacks.status("never-made") is None
    stacks.delete("never-made", lambda _: None)
    with pytest.raises(AwsError) as caught:
        stacks.cluster("never-made")
    assert caught.value.code == "AWS-NO-STACK"


def test_from_nothing_to_change_to_nothing_to_do(stacks: CloudFormationStacks) -> None:
    told: list[StackEvent] = []
    first = stacks.change_set(STACK, template(), {}, {"k": "v"})
    assert first.kind == "CREATE"
    assert {(one.action, one.logical_id) for one in first.changes} == {("Add", "Log"), ("Add", "Key")}
    assert stacks.status(STACK) == "REVIEW_IN_PROGRESS"

    again = stacks.change_set(STACK, template(), {}, {"k": "v"})
    assert again.kind == "CREATE", "a plan that was only looked at does not stand in the way"
    stacks.execute(again, told.append)
    assert stacks.status(STACK) == "CREATE_COMPLETE"
    assert len({event.id for event in told}) == len(told)
    assert (told[0].status, told[-1].logical_id, told[-1].status) == ("CREATE_IN_PROGRESS", STACK, "CREATE_COMPLETE")

    nothing = stacks.change_set(STACK, template(), {}, {"k": "v"})
    assert (nothing.kind, nothing.changes) == ("UPDATE", ())
    stacks.execute(nothing, told.append)

    told.clear()
    update = stacks.change_set(STACK, template(more=True), {}, {"k": "v"})
    assert [(one.action, one.logical_id) for one in update.changes] == [("Add", "Second")]
    stacks.execute(update, told.append)
    assert stacks.status(STACK) == "UPDATE_COMPLETE"
    assert not any(event.status == "CREATE_COMPLETE" and event.logical_id == STACK for event in told), "old events"

    stacks.delete(STACK, told.append)
    assert stacks.status(STACK) is None


def test_the_first_failed_resource_is_named(stacks: CloudFormationStacks, sandbox: Launched) -> None:
    fault(sandbox.control_url, "fail-create", "Key", "The quota of keys is used up")
    change_set = stacks.change_set(STACK, template(), {}, {})
    with pytest.raises(AwsError) as caught:
        stacks.execute(change_set, lambda _: None)
    assert caught.value.code == "AWS-STACK-FAILED"
    assert "Key CREATE_FAILED" in str(caught.value)
    assert "quota of keys" in str(caught.value)
    assert stacks.status(STACK) == "ROLLBACK_COMPLETE"
    with pytest.raises(AwsError) as caught:
        stacks.change_set(STACK, template(), {}, {})
    assert "destroy" in caught.value.hint


def test_an_update_that_fails_is_not_taken_for_a_good_end(stacks: CloudFormationStacks, sandbox: Launched) -> None:
    stacks.execute(stacks.change_set(STACK, template(), {}, {}), lambda _: None)
    fault(sandbox.control_url, "fail-create", "Second", "no")
    change_set = stacks.change_set(STACK, template(more=True), {}, {})
    with pytest.raises(AwsError) as caught:
        stacks.execute(change_set, lambda _: None)
    assert "UPDATE_ROLLBACK_COMPLETE" in str(caught.value)
    stacks.execute(stacks.change_set(STACK, template(more=True), {}, {}), lambda _: None)
    assert stacks.status(STACK) == "UPDATE_COMPLETE"


def test_a_template_that_cloudformation_refuses_changes_nothing(stacks: CloudFormationStacks) -> None:
    broken = json.dumps({**json.loads(template()), "Parameters": {"Missing": {"Type": "String"}}})
    with pytest.raises(AwsError):
        stacks.change_set(STACK, broken, {}, {})
    assert stacks.status(STACK) in (None, "REVIEW_IN_PROGRESS")
