"""Whom IAM lets end a cluster: by every way in which a policy reaches a user or a role."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.stub import Stubber

from migrate.aws.session import AwsSession
from migrate.aws.who_may_end import who_may_end

pytestmark = pytest.mark.server
CLUSTER = "arn:aws:rds:eu-central-1:123456789012:cluster:ledger"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


DENY = {"Effect": "Deny", "Action": "rds:*", "Resource": "*"}
IF_MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
ROLES = {
    "admin": (document(allow("*")), True),
    "one-call": (document(allow(["s3:Get*", "rds:deletedbcluster"])), True),
    "sharer": (document(allow("rds:Modify*Snapshot*")), True),
    "on-this-one": (document(allow("rds:Delete*", CLUSTER)), True),
    "on-those-like-it": (document(allow("rds:*", "arn:aws:rds:*:*:cluster:led*")), True),
    "on-another": (document(allow("rds:*", CLUSTER.replace("ledger", "shop"))), False),
    "all-but-iam": (document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), True),
    "all-but-rds": (document({"Effect": "Allow", "NotAction": "rds:*", "Resource": "*"}), False),
    "denied": (document(allow("*"), DENY), False),
    "denied-if": (document(allow("*"), {**DENY, **IF_MFA}), True),
    "if": (document(allow("rds:*", **IF_MFA)), True),
    "reader": (document(allow(["rds:Describe*", "rds:List*"])), False),
    "bracket": (document(allow("rds:[A-Z]*")), False),
}


@pytest.fixture
def iam(session: AwsSession) -> Any:
    client = session.client("iam")
    for name, (policy, _) in ROLES.items():
        client.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        client.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    managed = client.create_policy(PolicyName="ending", PolicyDocument=document(allow("rds:Describe*")))["Policy"][
        "Arn"
    ]
    client.create_policy_version(
        PolicyArn=managed, PolicyDocument=document(allow("rds:DeleteDBCluster")), SetAsDefault=True
    )
    client.create_role(RoleName="managed", AssumeRolePolicyDocument=TRUST)
    client.attach_role_policy(RoleName="managed", PolicyArn=managed)
    linked = client.create_service_linked_role(AWSServiceName="rds.amazonaws.com")["Role"]["RoleName"]
    client.put_role_policy(RoleName=linked, PolicyName="own", PolicyDocument=document(allow("*")))
    client.create_group(GroupName="owners")
    client.put_group_policy(GroupName="owners", PolicyName="own", PolicyDocument=document(allow("rds:*")))
    for user in ("ann", "bob"):
        client.create_user(UserName=user)
    client.add_user_to_group(GroupName="owners", UserName="ann")
    return client


def test_each_way_and_each_way_round_it(iam: Any) -> None:
    expected = {f"role/{name}" for name, (_, may) in ROLES.items() if may} | {"role/managed", "user/ann"}
    assert set(who_may_end(iam, CLUSTER) or ()) == expected


def test_who_may_not_ask_is_told_nothing() -> None:
    client = AwsSession("eu-central-1", None, "http://127.0.0.1:1").client("iam")
    with Stubber(client) as answers:
        answers.add_client_error("get_account_authorization_details", "AccessDenied", "no")
        assert who_may_end(client, CLUSTER) is None
