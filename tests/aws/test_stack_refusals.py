"""Credentials that ended, a region that is not enabled, throttling: what a person is told, what goes on by itself."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber

from migrate.aws.stack import CloudFormationStacks
from migrate.errors import AwsError, Exit


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
