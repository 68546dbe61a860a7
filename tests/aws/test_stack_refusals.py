"""Credentials that ended, a region that is not enabled, throttling: what a person is told, what goes on by itself.

And answers in an order that a living stack gives only now and then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from migrate.aws.session import AwsSession
from migrate.aws.stack import CloudFormationStacks
from migrate.clock import SystemClock
from migrate.errors import AwsError, Exit


@pytest.fixture
def stub() -> Iterator[tuple[CloudFormationStacks, Stubber]]:
    session = AwsSession("eu-central-1", None, "http://127.0.0.1:1")
    stacks = CloudFormationStacks(session, SystemClock(), 0.01)
    with Stubber(session.client("cloudformation")) as stubber:
        yield stacks, stubber


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ExpiredToken", "Log in to AWS again"),
        ("InvalidClientTokenId", "not enabled"),
        ("UnrecognizedClientException", "not enabled"),
        ("OptInRequired", "not enabled"),
        ("AccessDenied", "aurora-migrate doctor"),
    ],
)
def test_who_may_not_ask_is_told_what_to_do(stub: tuple[CloudFormationStacks, Stubber], code: str, hint: str) -> None:
    stacks, answers = stub
    answers.add_client_error("describe_stacks", code, "no")
    with pytest.raises(AwsError) as caught:
        stacks.change_set("stack", "{}", {}, {})
    assert (caught.value.code, caught.value.exit) == (f"AWS-{code}", Exit.AWS)
    assert hint in caught.value.hint
    answers.assert_no_pending_responses()


def test_throttling_is_waited_out(stub: tuple[CloudFormationStacks, Stubber]) -> None:
    stacks, answers = stub
    for _ in range(2):
        answers.add_client_error("describe_stacks", "Throttling", "Rate exceeded")
    answers.add_client_error("describe_stacks", "ValidationError", "Stack with id stack does not exist")
    answers.add_client_error("list_change_sets", "ValidationError", "Stack [stack] does not exist")
    answers.add_client_error("create_change_set", "ValidationError", "Template error")
    with pytest.raises(AwsError) as caught:
        stacks.change_set("stack", "{}", {}, {})
    assert "Template error" in str(caught.value), "it came through to the change set"
    answers.assert_no_pending_responses()


def test_a_deletion_that_ended_between_two_questions_is_not_waited_for(
    stub: tuple[CloudFormationStacks, Stubber],
) -> None:
    """A first command asked for it and was killed; the last event is out before the second one looks for new ones."""
    stacks, answers = stub
    arn, made = "arn:aws:cloudformation:eu-central-1:123456789012:stack/stack/1", datetime(2026, 1, 1, tzinfo=UTC)
    stack = {"StackName": "stack", "StackId": arn, "CreationTime": made}
    gone = {
        "EventId": "9",
        "StackId": arn,
        "StackName": "stack",
        "Timestamp": made,
        "LogicalResourceId": "stack",
        "ResourceStatus": "DELETE_COMPLETE",
    }
    answers.add_response("describe_stacks", {"Stacks": [{**stack, "StackStatus": "DELETE_IN_PROGRESS"}]})
    answers.add_response("describe_stack_events", {"StackEvents": [gone]})
    answers.add_response("delete_stack", {}, {"StackName": arn})
    answers.add_response("describe_stacks", {"Stacks": [{**stack, "StackStatus": "DELETE_COMPLETE"}]})
    answers.add_response("describe_stack_events", {"StackEvents": [gone]})
    stacks.delete("stack", lambda _: None)
    answers.assert_no_pending_responses()
