"""IAM's simulation: what the credentials in use may do, asked without doing it.

iam:SimulatePrincipalPolicy weighs identity policies, boundaries and an organization's policies, but no policy of a
resource (a key's, a secret's): the answer is about the person, not about the thing.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from migrate.aws.errors import aws_errors, code_of
from migrate.aws.policy_reading import listed
from migrate.aws.session import AwsSession
from migrate.errors import AwsError
from migrate.ports.permissions import Denial, Statement

ACTIONS_A_CALL = 50
_ASSUMED = re.compile(r"arn:(?P<partition>[^:]+):sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/.+")
_KINDS = {"aws:CalledVia": "stringList"}


class IamPermissions:
    """Implements ports.permissions.Permissions."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._iam = session.client("iam")

    def identity(self) -> str:
        with aws_errors("ask who this is"):
            return str(self._session.client("sts").get_caller_identity()["Arn"])

    def denied(self, statements: Iterable[Statement]) -> list[Denial]:
        principal = self._principal()
        if principal.endswith(":root"):
            return []
        found: dict[str, Denial] = {}
        for statement in statements:
            for denial in self._denied(principal, statement):
                found.setdefault(denial.action, denial)
        return [found[action] for action in sorted(found)]

    def _denied(self, principal: str, statement: Statement) -> Iterator[Denial]:
        actions = list(_concrete(listed(statement["Action"]), self._operations))
        rows: list[dict[str, Any]] = []
        for first in range(0, len(actions), ACTIONS_A_CALL):
            request: dict[str, Any] = {
                "PolicySourceArn": principal,
                "ActionNames": actions[first : first + ACTIONS_A_CALL],
                "ResourceArns": [_sample(one) for one in listed(statement["Resource"])],
                "ContextEntries": list(_context(statement.get("Condition"))),
            }
            with aws_errors("simulate what these credentials may do"):
                pages = self._iam.get_paginator("simulate_principal_policy").paginate(**request)
                rows += [row for page in pages for row in page["EvaluationResults"]]
        for action in actions:
            mine = [row for row in rows if row["EvalActionName"] == action]
            if not any(row["EvalDecision"] == "allowed" for row in mine):
                yield Denial(action, _why(mine))

    def _principal(self) -> str:
        """The ARN that IAM knows these credentials by. A session's name does not say the path of its role."""
        arn = self.identity()
        if session := _ASSUMED.fullmatch(arn):
            with aws_errors(f"look at the role {session['role']}"):
                try:
                    return str(self._iam.get_role(RoleName=session["role"])["Role"]["Arn"])
                except ClientError as problem:
                    if code_of(problem) not in ("AccessDenied", "NoSuchEntity"):
                        raise
            return f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"
        if ":federated-user/" in arn:
            raise AwsError(
                f"IAM cannot simulate a federated user ({arn})",
                code="AWS-NOT-SIMULATED",
                hint="Take on a role, and ask again.",
            )
        return arn

    def _operations(self, service: str) -> list[str]:
        names = self._session.client(service).meta.service_model.operation_names
        return [str(name) for name in names]


def _concrete(actions: Iterable[str], operations: Any) -> Iterator[str]:
    """IAM simulates no wildcards: a pattern becomes the operations that it stands for."""
    for action in actions:
        service, _, call = action.partition(":")
        if "*" not in call:
            yield action
        else:
            yield from (f"{service}:{name}" for name in fnmatch.filter(operations(service), call))


def _sample(resource: str) -> str:
    """One resource of those that a pattern means."""
    return resource if resource == "*" else resource.replace("?", "x").replace("*", "x")


def _context(condition: object) -> Iterator[dict[str, Any]]:
    """The circumstances in which a statement holds: its own conditions, each with its first value."""
    if not isinstance(condition, Mapping):
        return
    for keys in condition.values():
        for key, values in keys.items():
            yield {
                "ContextKeyName": key,
                "ContextKeyValues": [_sample(one) for one in listed(values)[:1]],
                "ContextKeyType": _KINDS.get(key, "string"),
            }


def _why(rows: list[dict[str, Any]]) -> str:
    if any(not row.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True) for row in rows):
        return "a policy of the organization bars it"
    boundary = "PermissionsBoundaryDecisionDetail"
    if any(not row.get(boundary, {}).get("AllowedByPermissionsBoundary", True) for row in rows):
        return "the permissions boundary bars it"
    if any(row["EvalDecision"] == "explicitDeny" for row in rows):
        return "a policy denies it"
    return "no policy allows it"
