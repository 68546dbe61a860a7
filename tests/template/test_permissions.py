"""The policies name actions that exist, reach no further than the stage, and fit into IAM's limits."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from migrate.model.cluster_options import Autoscaling, Backup
from migrate.template import guardrail
from migrate.template.permissions import LIMIT, files, migrator
from migrate.template.policy import Place
from tests.template.judges import CFN_LINT
from tests.template.test_judges import present
from tests.template.variants import POSTGRES, REGION

PLACE = Place("aws", REGION, "123456789012", "ledger", "app/ledger")
SWITCHES = {
    "parameter.json": replace(PLACE, parameter="/ledger/database"),
    "record.json": replace(PLACE, zone="Z0123456789"),
}
"""What the migrator's policy is like where something else than the secret is switched."""
EVERYTHING = replace(POSTGRES, autoscaling=Autoscaling(), backup=Backup(plan_days=35), global_identifier="world")
POLICIES = {
    name: json.loads(text) for name, text in files(EVERYTHING, PLACE).items() if name != "dms-service-roles.json"
} | {name: migrator(EVERYTHING, place) for name, place in SWITCHES.items()}
PASSED_ON = ("cloudformation", "dms", "rds")
"""Services whose clients go from one module to another."""
AWS = Path(__file__).parents[2] / "migrate/aws"
NO_OPERATION = {"iam:PassRole", "rds-db:connect", "rds:DownloadCompleteDBLogFile", "backup-storage:MountCapsule"}
"""Rights that are no call of an API."""


def statements(name: str) -> Iterator[dict[str, Any]]:
    yield from POLICIES[name]["Statement"]


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


@pytest.mark.parametrize("name", POLICIES)
def test_every_action_is_a_call_of_its_service(name: str) -> None:
    models = botocore.session.get_session()
    wrong = []
    for statement in statements(name):
        for action in set(actions(statement)) - NO_OPERATION:
            service, _, call = action.partition(":")
            known = models.get_service_model(service).operation_names
            fits = any(one.startswith(call[:-1]) for one in known) if call.endswith("*") else call in known
            wrong += [] if fits else [action]
    assert wrong == []


def test_a_restore_drill_may_read_the_snapshots_of_its_own_cluster_only() -> None:
    """As the cutover names them, and RDS: whoever may restore one reads what is in it."""
    restoring = "rds:RestoreDBClusterFromSnapshot"
    (found,) = [one for one in statements("restore-drill.json") if restoring in actions(one)]
    begins = [f"cluster-snapshot:{by}{EVERYTHING.stack}-*" for by in ("", "rds:")]
    assert [arn.split(":", 5)[5] for arn in found["Resource"] if ":cluster-snapshot:" in arn] == begins


@pytest.mark.parametrize("name", POLICIES)
def test_it_fits_into_a_managed_policy(name: str) -> None:
    assert len("".join(json.dumps(POLICIES[name]).split())) < LIMIT


def _named(call: ast.Call) -> str | None:
    """The operation that a call of a client, or of `get_paginator`, means; None for any other call."""
    if not isinstance(call.func, ast.Attribute):
        return None
    if call.func.attr == "get_paginator" and isinstance(call.args[0], ast.Constant):
        return str(call.args[0].value)
    return call.func.attr


def _calls() -> set[tuple[str, str]]:
    """Service and operation of every call that the adapters make, as far as one can read it in their source."""
    models, found = botocore.session.get_session(), set()
    for path in AWS.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        services = {
            str(one.args[0].value)
            for one in called
            if _named(one) == "client" and one.args and isinstance(one.args[0], ast.Constant)
        }
        for service in services or PASSED_ON:
            operations = {xform_name(name): name for name in models.get_service_model(service).operation_names}
            names = {_named(one) for one in called} & operations.keys()
            found |= {(service, operations[name]) for name in names if name is not None}
    return found


def test_every_call_of_the_adapters_is_in_a_policy() -> None:
    allowed = {
        action
        for name in ("provisioner.json", "teardown.json", "migrator.json", "restore-drill.json", *SWITCHES)
        for one in statements(name)
        for action in actions(one)
    }
    calls = _calls()
    assert len(calls) > 60
    assert {f"{service}:{operation}" for service, operation in calls} - allowed == set()


def test_the_guardrail_denies_and_nothing_else_and_fits_into_a_service_control_policy() -> None:
    denied = list(statements("scp-sample.json"))
    assert {one["Effect"] for one in denied} == {"Deny"}
    assert len(json.dumps(POLICIES["scp-sample.json"], separators=(",", ":"))) < guardrail.LIMIT
    covered = {action for one in denied for action in actions(one)}
    ending = {"rds:DeleteDBCluster", "cloudformation:DeleteStack", "rds:DeleteDBClusterSnapshot"}
    sharing = {"rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBSnapshotAttribute"}
    assert covered >= {*ending, *sharing, "rds:ModifyDBCluster", "kms:ScheduleKeyDeletion"}


def test_the_guardrail_lets_the_stages_work() -> None:
    """What a stage calls itself is denied to nobody; what CloudFormation calls for it, only to those who call it
    themselves; the end of the stack is one role's."""
    for one in statements("scp-sample.json"):
        called = {action for name in ("provisioner.json", "migrator.json") for own in statements(name) for action in
                  actions(own)}  # fmt: skip
        assert not called & set(actions(one)), one["Sid"]
        by_cloudformation = {action for own in statements("provisioner-resources.json") for action in actions(own)}
        if by_cloudformation & set(actions(one)):
            assert one["Condition"]["ForAllValues:StringNotEquals"] == {
                "aws:CalledVia": ["cloudformation.amazonaws.com"]
            }


def test_nobody_makes_or_ends_a_cluster_beside_the_stack() -> None:
    for statement in statements("provisioner-resources.json"):
        assert statement["Condition"] == {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}
    for statement in statements("provisioner.json"):
        assert not [one for one in actions(statement) if one.startswith(("rds:Create", "rds:Delete", "rds:Modify"))]
    ending = {
        name
        for name in POLICIES
        for one in statements(name)
        if one["Effect"] == "Allow" and "cloudformation:DeleteStack" in actions(one)
    }
    assert ending == {"teardown.json"}


def test_roles_are_passed_to_named_services_only() -> None:
    for name in POLICIES:
        for statement in statements(name):
            if "iam:PassRole" in actions(statement):
                assert "iam:PassedToService" in json.dumps(statement["Condition"])
                assert statement["Resource"] != "*"


def test_an_auditor_sees_no_row() -> None:
    denied = {action for one in statements("auditor.json") if one["Effect"] == "Deny" for action in actions(one)}
    assert {"secretsmanager:GetSecretValue", "rds-db:connect", "rds:DownloadDBLogFilePortion", "kms:Decrypt"} <= denied
    allowed = [action for one in statements("auditor.json") if one["Effect"] == "Allow" for action in actions(one)]
    verbs = ("Describe", "List", "Get", "Filter", "DetectStackDrift")
    assert all(action.partition(":")[2].startswith(verbs) for action in allowed)


def test_the_roles_of_dms_are_a_template(tmp_path: Any) -> None:
    path = tmp_path / "roles.json"
    path.write_text(files(POSTGRES, PLACE)["dms-service-roles.json"])
    assert present(CFN_LINT).ask("--regions", REGION, "--", path) == []
    roles = json.loads(path.read_text())["Resources"].values()
    assert {one["Properties"]["RoleName"] for one in roles} == {"dms-vpc-role", "dms-cloudwatch-logs-role"}
