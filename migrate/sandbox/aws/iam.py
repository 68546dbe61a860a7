"""IAM: moto's, with policies of AWS's that can be attached, and with SimulatePrincipalPolicy, which moto lacks.

The simulation weighs identity policies alone: no boundary, no organization's policy, no policy of a resource
(assumption: none is there). Requests of nobody known count as an administrator's, for moto lets them do everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.core.responses import ActionResult
from moto.iam import urls
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import NotFoundException
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.iam.responses import IamResponse

NOBODY_KNOWN = ":user/moto"
Document = Mapping[str, Any]


class SandboxIam(IAMBackend):
    """A policy of AWS's is looked up when it is attached: to read them all takes moto a second."""

    @property
    def _url_module(self) -> Any:
        return urls  # moto looks for it beside the class

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        if ":iam::aws:policy/" in policy_arn and policy_arn not in self.managed_policies:
            name = policy_arn.rpartition("/")[2]
            known = json.loads(aws_managed_policies_data).get(name)
            if known is not None:
                made = AWSManagedPolicy.from_data(name, self.account_id, self.region_name, known)
                self.managed_policies[made.arn] = made
        super().attach_role_policy(policy_arn, role_name)


def simulate_principal_policy(response: IamResponse) -> ActionResult:
    """Raises NoSuchEntity for a principal that is not there."""
    principal = str(response._get_param("PolicySourceArn"))
    documents = list(_documents(response.backend, principal))
    circumstances = {
        str(entry["ContextKeyName"]): [str(value) for value in entry.get("ContextKeyValues", [])]
        for entry in response._get_param("ContextEntries") or []
    }
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": decision(documents, str(action), str(resource), circumstances),
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
        for action in response._get_param("ActionNames")
        for resource in response._get_param("ResourceArns") or ["*"]
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def decision(documents: list[Document], action: str, resource: str, circumstances: Mapping[str, list[str]]) -> str:
    """`allowed`, `implicitDeny`, or `explicitDeny`, which wins."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in _statements(document)
        if _concerns(statement, "Action", action.lower(), str.lower)
        and _concerns(statement, "Resource", resource, str)
        and _holds(statement.get("Condition", {}), circumstances)
    }
    return "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"


def _documents(backend: IAMBackend, principal: str) -> Iterator[Document]:
    if principal.endswith(NOBODY_KNOWN):
        yield {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
        return
    holders: list[Any] = [*backend.users.values(), *backend.roles.values()]
    found = next((one for one in holders if one.arn == principal), None)
    if found is None:
        raise NotFoundException(f"The principal {principal} cannot be found.")
    groups = [group for group in backend.groups.values() if found in group.users]
    for holder in (found, *groups):
        for policy in holder.managed_policies.values():
            yield json.loads(next(version.document for version in policy.versions if version.is_default))
        inline = holder.policies
        for text in inline.values() if isinstance(inline, dict) else inline:
            yield json.loads(text)


def _statements(document: Document) -> list[Mapping[str, Any]]:
    found = document["Statement"]
    return [found] if isinstance(found, dict) else found


def _concerns(statement: Mapping[str, Any], element: str, wanted: str, fold: Any) -> bool:
    if f"Not{element}" in statement:
        return not any(fnmatchcase(wanted, fold(one)) for one in _listed(statement[f"Not{element}"]))
    return any(fnmatchcase(wanted, fold(one)) for one in _listed(statement.get(element, "*")))


def _holds(conditions: Mapping[str, Mapping[str, Any]], circumstances: Mapping[str, list[str]]) -> bool:
    return all(
        _meets(operator, circumstances.get(key), _listed(values))
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _meets(operator: str, actual: list[str] | None, wanted: list[str]) -> bool:
    """Operators over texts; another one never holds (assumption)."""
    kind = operator.rpartition(":")[2]
    if actual is None:
        return kind.endswith("IfExists") or operator.startswith("ForAllValues")
    match kind.removesuffix("IfExists"):
        case "StringEquals" | "ArnEquals":
            return any(one in wanted for one in actual)
        case "StringLike" | "ArnLike":
            return any(fnmatchcase(one, pattern) for one in actual for pattern in wanted)
        case "StringNotEquals":
            return not any(one in wanted for one in actual)
        case _:
            return False


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
