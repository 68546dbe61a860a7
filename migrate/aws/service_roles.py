"""The two roles that DMS looks for by name (dms.md §11: once an account, never deleted by anybody who does not know
who else uses DMS)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.identity import account
from migrate.aws.policy_reading import listed, statements
from migrate.aws.session import AwsSession
from migrate.ports.permissions import ServiceRole

ROLES = {
    "dms-vpc-role": "AmazonDMSVPCManagementRole",
    "dms-cloudwatch-logs-role": "AmazonDMSCloudWatchLogsRole",
}
"""Name, which is case-sensitive, and the policy of AWS's that it carries."""
SERVICE = "dms.amazonaws.com"
DESCRIPTION = "AWS DMS looks for it by this name"
"""Of a role made here. One that lacks only its policy was broken off between the two requests that it takes."""


class DmsServiceRoles:
    """Implements ports.permissions.ServiceRoles."""

    def __init__(self, session: AwsSession) -> None:
        self._session, self._iam = session, session.client("iam")

    def look(self) -> Sequence[ServiceRole]:
        return [self._looked_at(name, policy) for name, policy in ROLES.items()]

    def create(self, on_made: Callable[[str], None]) -> None:
        partition, _ = account(self._session)
        for role in self.look():
            if not (role.absent or role.unfinished):
                continue
            with aws_errors(f"create the role {role.name}"):
                if role.absent:
                    self._make(role.name)
                self._iam.attach_role_policy(
                    RoleName=role.name, PolicyArn=f"arn:{partition}:iam::aws:policy/service-role/{ROLES[role.name]}"
                )
            on_made(role.name)

    def _make(self, name: str) -> None:
        statement = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        try:
            self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, Description=DESCRIPTION)
        except ClientError as problem:
            if code_of(problem) != "EntityAlreadyExists":
                raise

    def _looked_at(self, name: str, policy: str) -> ServiceRole:
        with aws_errors(f"look at the role {name}"):
            try:
                role = self._iam.get_role(RoleName=name)["Role"]
            except ClientError as problem:
                if code_of(problem) != "NoSuchEntity":
                    raise
                return ServiceRole(name, "is not there", absent=True)
            pages = self._iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
            attached = {row["PolicyName"] for page in pages for row in page["AttachedPolicies"]}
        if not _trusts(role.get("AssumeRolePolicyDocument")):
            return ServiceRole(name, f"does not trust {SERVICE}")
        if policy not in attached:
            unfinished = role.get("Description") == DESCRIPTION
            return ServiceRole(name, f"does not carry the policy {policy}", unfinished=unfinished)
        return ServiceRole(name)


def _trusts(document: Any) -> bool:
    """The document comes parsed by botocore, or as a text that is quoted like a URL."""
    read = json.loads(unquote(document)) if isinstance(document, str) else document or {}
    for statement in statements(read):
        named = listed(statement.get("Principal", {}).get("Service")) if statement.get("Effect") == "Allow" else []
        if any(one == SERVICE or (one.startswith("dms.") and one.endswith(".amazonaws.com")) for one in named):
            return True
    return False
