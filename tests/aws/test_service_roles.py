"""The roles of DMS take two requests each: one that was broken off in between is finished, nobody else's touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from migrate.aws.service_roles import ROLES, DmsServiceRoles
from migrate.aws.session import AwsSession
from migrate.sandbox.client import Launched
from tests.aws.conftest import REGION

pytestmark = pytest.mark.server
VPC = "dms-vpc-role"


class KilledError(Exception):
    pass


@pytest.fixture
def session(sandbox: Launched) -> Iterator[AwsSession]:
    """In an account without these roles, before and after."""
    opened = AwsSession(REGION, None, sandbox.endpoint_url)
    yield opened
    opened.guard = None
    iam = opened.client("iam")
    for role in iam.list_roles()["Roles"]:
        if role["RoleName"] in ROLES:
            for policy in iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=policy["PolicyArn"])
            iam.delete_role(RoleName=role["RoleName"])


def killed_before(request: int) -> Callable[[], None]:
    """A guard that lets so many requests pass that change something."""
    left = [None] * request

    def guard() -> None:
        if not left:
            raise KilledError
        left.pop()

    return guard


def problems(session: AwsSession) -> dict[str, str]:
    return {role.name: role.problem for role in DmsServiceRoles(session).look()}


def test_a_role_that_was_left_without_its_policy_gets_it(session: AwsSession) -> None:
    session.guard = killed_before(1)
    with pytest.raises(KilledError):
        DmsServiceRoles(session).create(lambda _: None)
    assert problems(session)[VPC] == f"does not carry the policy {ROLES[VPC]}"

    session.guard = None
    made: list[str] = []
    DmsServiceRoles(session).create(made.append)
    assert made == list(ROLES)
    assert set(problems(session).values()) == {""}
    DmsServiceRoles(session).create(made.append)
    assert made == list(ROLES), "what is finished is left"


def test_a_role_that_somebody_else_made_is_left_as_it_is(session: AwsSession) -> None:
    trust: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "dms.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    session.client("iam").create_role(RoleName=VPC, AssumeRolePolicyDocument=document, Description="ours, for later")
    made: list[str] = []
    DmsServiceRoles(session).create(made.append)
    assert VPC not in made
    assert problems(session)[VPC] == f"does not carry the policy {ROLES[VPC]}"
