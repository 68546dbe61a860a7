"""Whom IAM lets end a cluster, change it, or give a copy of it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.account_posture import pass_over_denial
from migrate.aws.policy_reading import listed, statements

ENDING = ("rds:DeleteDBCluster", "rds:ModifyDBCluster", "rds:ModifyDBClusterSnapshotAttribute")
LINKED = "/aws-service-role/"
"""Path of roles that only a service of AWS takes on."""

Document = Mapping[str, Any]


def who_may_end(iam: Any, cluster: str) -> Sequence[str] | None:
    """Users and roles, `role/name`, that may do one of ENDING to the cluster of this ARN; None where IAM may not be
    asked.

    Identity policies alone: what a condition may allow counts as allowed, what it may deny does not count as denied;
    boundaries and policies of the organization are not read.
    """
    try:
        account = iam.get_paginator("get_account_authorization_details").paginate().build_full_result()
    except ClientError as problem:
        pass_over_denial(problem)
        return None
    managed = {one["Arn"]: _default(one) for one in account.get("Policies", [])}
    groups = {one["GroupName"]: list(_policies(one, "Group", managed)) for one in account.get("GroupDetailList", [])}
    found = []
    for user in account.get("UserDetailList", []):
        joined = [document for name in user.get("GroupList", []) for document in groups.get(name, [])]
        if _may([*_policies(user, "User", managed), *joined], cluster):
            found.append(f"user/{user['UserName']}")
    for role in account.get("RoleDetailList", []):
        if not role["Path"].startswith(LINKED) and _may(list(_policies(role, "Role", managed)), cluster):
            found.append(f"role/{role['RoleName']}")
    return sorted(found)


def _default(policy: Mapping[str, Any]) -> Document:
    versions = policy.get("PolicyVersionList", [])
    document: Document = next((one["Document"] for one in versions if one.get("IsDefaultVersion")), {})
    return document


def _policies(holder: Mapping[str, Any], kind: str, managed: Mapping[str, Document]) -> Iterator[Document]:
    for inline in holder.get(f"{kind}PolicyList", []):
        yield inline["PolicyDocument"]
    for attached in holder.get("AttachedManagedPolicies", []):
        yield managed.get(attached["PolicyArn"], {})


def _may(documents: Sequence[Document], cluster: str) -> bool:
    every = [statement for document in documents for statement in statements(document)]
    return any(
        _some(every, "Allow", action, cluster) and not _some(every, "Deny", action, cluster) for action in ENDING
    )


def _some(every: Sequence[Mapping[str, Any]], effect: str, action: str, cluster: str) -> bool:
    return any(
        one.get("Effect") == effect
        and not (effect == "Deny" and one.get("Condition"))
        and _concerns(one, "Action", action.lower())
        and _concerns(one, "Resource", cluster.lower())
        for one in every
    )


def _concerns(statement: Mapping[str, Any], element: str, value: str) -> bool:
    """IAM's wildcards are those of a shell, but for brackets."""
    named = listed(statement.get(element, statement.get(f"Not{element}", [])))
    meant = any(fnmatchcase(value, pattern.lower().replace("[", "[[]")) for pattern in named)
    return meant if element in statement else not meant
