"""Answers in an order that a living stack gives only now and then: what is told is how it ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from migrate.aws.stack import CloudFormationStacks
from migrate.errors import AwsError
from migrate.model.cluster import ChangeSet, ResourceChange

ARN, MADE = "arn:aws:cloudformation:eu-central-1:123456789012:stack/stack/1", datetime(2026, 1, 1, tzinfo=UTC)
Stub = tuple[CloudFormationStacks, Stubber]


def standing(answers: Stubber, status: str) -> None:
    stack = {"StackName": "stack", "StackId": ARN, "CreationTime": MADE, "StackStatus": status}
    answers.add_response("describe_stacks", {"Stacks": [stack]})


def happened(answers: Stubber, *oldest_first: str, of: str = "stack") -> None:
    events: list[dict[str, Any]] = [
        {
            "EventId": str(number),
            "StackId": ARN,
            "StackName": "stack",
            "Timestamp": MADE,
            "LogicalResourceId": of,
            "ResourceStatus": status,
        }
        for number, status in enumerate(oldest_first)
    ]
    answers.add_response("describe_stack_events", {"StackEvents": events[::-1]})


def test_a_deletion_that_ended_between_two_questions_is_not_waited_for(stub: Stub) -> None:
    """A first command asked for it and was killed; the last event is out before the second one looks for new ones."""
    stacks, answers = stub
    standing(answers, "DELETE_IN_PROGRESS")
    happened(answers, "DELETE_COMPLETE")
    answers.add_response("delete_stack", {}, {"StackName": ARN})
    standing(answers, "DELETE_COMPLETE")
    happened(answers, "DELETE_COMPLETE")
    stacks.delete("stack", lambda _: None)
    answers.assert_no_pending_responses()


def test_the_status_from_just_before_an_update_is_not_taken_for_its_end(stub: Stub) -> None:
    """The stack begins to move between the question for its status and the one for its events."""
    stacks, answers = stub
    standing(answers, "UPDATE_COMPLETE")
    happened(answers, "UPDATE_COMPLETE")
    answers.add_response("execute_change_set", {})
    standing(answers, "UPDATE_COMPLETE")
    happened(answers, "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS")
    standing(answers, "UPDATE_ROLLBACK_COMPLETE")
    happened(answers, "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE")
    change_set = ChangeSet("stack", "name", "UPDATE", (ResourceChange("Modify", "Log", "AWS::Logs::LogGroup"),))
    with pytest.raises(AwsError) as caught:
        stacks.execute(change_set, lambda _: None)
    assert caught.value.code == "AWS-STACK-FAILED"
    assert "UPDATE_ROLLBACK_COMPLETE" in str(caught.value)
    answers.assert_no_pending_responses()


def test_a_stack_under_change_is_waited_for_with_its_events(stub: Stub) -> None:
    stacks, answers = stub
    told: list[str] = []
    standing(answers, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    happened(answers, "UPDATE_IN_PROGRESS")
    standing(answers, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    happened(answers, "UPDATE_IN_PROGRESS", "DELETE_COMPLETE")
    standing(answers, "UPDATE_COMPLETE")
    happened(answers, "UPDATE_IN_PROGRESS", "DELETE_COMPLETE", "UPDATE_COMPLETE")
    assert stacks.settled("stack", lambda event: told.append(event.status)) == "UPDATE_COMPLETE"
    assert told == ["DELETE_COMPLETE", "UPDATE_COMPLETE"]
    answers.assert_no_pending_responses()


def test_a_deletion_under_way_ends_in_no_stack(stub: Stub) -> None:
    stacks, answers = stub
    standing(answers, "DELETE_IN_PROGRESS")
    happened(answers, "DELETE_IN_PROGRESS")
    standing(answers, "DELETE_COMPLETE")
    happened(answers, "DELETE_IN_PROGRESS", "DELETE_COMPLETE")
    assert stacks.settled("stack", lambda _: None) is None
    answers.assert_no_pending_responses()


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_stands_is_asked_for_once(stub: Stub, status: str) -> None:
    stacks, answers = stub
    standing(answers, status)
    assert stacks.settled("stack", lambda _: None) == status
    answers.assert_no_pending_responses()


def test_nobody_owns_a_stack_that_was_only_planned(stub: Stub) -> None:
    stacks, answers = stub
    standing(answers, "REVIEW_IN_PROGRESS")
    assert stacks.tags("stack") is None
    standing(answers, "ROLLBACK_COMPLETE")
    assert stacks.tags("stack") == {}


def test_only_change_sets_of_old_are_cleared_away(stub: Stub) -> None:
    """A young one may be about to be executed by another command, an unfinished one cannot be deleted at all."""
    stacks, answers = stub
    now = datetime.now(UTC)

    def listed(name: str, status: str, execution: str, age: timedelta) -> dict[str, Any]:
        return {
            "ChangeSetName": name,
            "StackName": "stack",
            "Status": status,
            "ExecutionStatus": execution,
            "CreationTime": now - age,
        }

    day, minute = timedelta(days=1), timedelta(minutes=1)
    standing(answers, "UPDATE_COMPLETE")
    rows = [
        listed("aurora-migrate-old", "CREATE_COMPLETE", "AVAILABLE", day),
        listed("aurora-migrate-failed", "FAILED", "UNAVAILABLE", day),
        listed("aurora-migrate-half-made", "CREATE_IN_PROGRESS", "UNAVAILABLE", day),
        listed("aurora-migrate-half-begun", "CREATE_PENDING", "UNAVAILABLE", day),
        listed("aurora-migrate-in-force", "CREATE_COMPLETE", "EXECUTE_IN_PROGRESS", day),
        listed("aurora-migrate-young", "CREATE_COMPLETE", "AVAILABLE", minute),
        listed("somebodys", "CREATE_COMPLETE", "AVAILABLE", day),
    ]
    answers.add_response("list_change_sets", {"Summaries": rows})
    for name, refusal in (
        ("aurora-migrate-old", "ChangeSetNotFound"),
        ("aurora-migrate-failed", "InvalidChangeSetStatus"),
    ):
        asked = {"StackName": "stack", "ChangeSetName": name}
        answers.add_client_error("delete_change_set", refusal, "no", expected_params=asked)
    answers.add_client_error("create_change_set", "ValidationError", "Template error")
    with pytest.raises(AwsError) as caught:
        stacks.change_set("stack", "{}", {}, {})
    assert "Template error" in str(caught.value), "what went meanwhile stands in nobody's way"
    answers.assert_no_pending_responses()
