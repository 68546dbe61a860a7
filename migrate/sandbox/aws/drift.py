"""Drift detection over the sandbox's stacks: what a template says against what the backends hold by now.

AWS compares the properties that a template sets, for types that support it, and says NOT_CHECKED of the others
(CloudFormation User Guide, drift; which types here are compared, and of which properties, is an assumption). Detection
is done at once, where AWS takes minutes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.logs.models import logs_backends
from moto.rds.models import rds_backends

from migrate.sandbox.aws.resource_map import UNKNOWN, physical_id
from migrate.sandbox.aws.stack import SETTLED, SandboxStack

Actual = Mapping[str, Any]
Row = dict[str, Any]


def detect_stack_drift(response: CloudFormationResponse) -> ActionResult:
    """Compare every resource now; the answer is fetched by the id."""
    name = response._get_param("StackName")
    stack = _stack(response, name)
    if stack.status not in SETTLED:
        raise ValidationError(message=f"Stack [{stack.name}] is in {stack.status}: drift detection cannot be run")
    stack.drifts = list(_drifts(stack))
    stack.drift_detection = str(uuid.uuid4())
    return ActionResult({"StackDriftDetectionId": stack.drift_detection})


def describe_stack_drift_detection_status(response: CloudFormationResponse) -> ActionResult:
    """Always complete."""
    wanted = response._get_param("StackDriftDetectionId")
    stacks: list[Any] = list(response.cloudformation_backend.stacks.values())
    stack = next((one for one in stacks if getattr(one, "drift_detection", None) == wanted), None)
    if stack is None:
        raise ValidationError(message=f"Drift detection [{wanted}] does not exist")
    count = sum(row["StackResourceDriftStatus"] in ("MODIFIED", "DELETED") for row in stack.drifts)
    return ActionResult(
        {
            "StackId": stack.stack_id,
            "StackDriftDetectionId": wanted,
            "DetectionStatus": "DETECTION_COMPLETE",
            "StackDriftStatus": "DRIFTED" if count else "IN_SYNC",
            "DriftedStackResourceCount": count,
            "Timestamp": utcnow(),
        }
    )


def describe_stack_resource_drifts(response: CloudFormationResponse) -> ActionResult:
    """What the last detection found, those asked for by their status."""
    stack = _stack(response, response._get_param("StackName"))
    wanted = response._get_param("StackResourceDriftStatusFilters") or []
    found = [row for row in stack.drifts if not wanted or row["StackResourceDriftStatus"] in wanted]
    return ActionResult({"StackResourceDrifts": found})


def _stack(response: CloudFormationResponse, name: str) -> SandboxStack:
    backend: Any = response.cloudformation_backend
    stack: SandboxStack | None = backend._named(name)
    if stack is None:
        raise ValidationError(message=f"Stack [{name}] does not exist")
    return stack


def _drifts(stack: SandboxStack) -> Iterator[Row]:
    for name, resource in stack.resource_map.existing().items():
        kind = stack.resource_map.json_of(name)["Type"]
        row: Row = {
            "StackId": stack.stack_id,
            "LogicalResourceId": name,
            "PhysicalResourceId": physical_id(resource),
            "ResourceType": kind,
            "Timestamp": utcnow(),
        }
        if kind not in READERS:
            yield row | {"StackResourceDriftStatus": "NOT_CHECKED", "PropertyDifferences": []}
            continue
        actual = READERS[kind](stack, physical_id(resource))
        if actual is None:
            yield row | {"StackResourceDriftStatus": "DELETED", "PropertyDifferences": []}
            continue
        expected = {key: value for key, value in stack.resource_map.properties(name).items() if key in actual}
        differences = list(_differences("", expected, actual))
        yield row | {
            "StackResourceDriftStatus": "MODIFIED" if differences else "IN_SYNC",
            "ExpectedProperties": json.dumps(expected, default=str),
            "ActualProperties": json.dumps(actual, default=str),
            "PropertyDifferences": differences,
        }


def _differences(path: str, expected: Actual, actual: Actual) -> Iterator[Row]:
    for key in sorted({*expected, *(actual if path else ())}):
        before, after = expected.get(key), actual.get(key)
        if before is UNKNOWN or _plain(before) == _plain(after):
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differences(f"{path}/{key}", before, after)
            continue
        kind = "ADD" if before is None else "REMOVE" if after is None else "NOT_EQUAL"
        yield {
            "PropertyPath": f"{path}/{key}",
            "ExpectedValue": "" if before is None else _plain(before),
            "ActualValue": "" if after is None else _plain(after),
            "DifferenceType": kind,
        }


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str) if isinstance(value, dict | list) else str(value).lower()


def _cluster(stack: SandboxStack, name: str) -> Actual | None:
    found: Any = rds_backends[stack.account_id][stack.region_name].clusters.get(name)
    return found and {
        "BackupRetentionPeriod": found.backup_retention_period,
        "CopyTagsToSnapshot": found.copy_tags_to_snapshot,
        "DeletionProtection": found.deletion_protection,
        "EngineVersion": found.engine_version,
        "MonitoringInterval": found.monitoring_interval,
    }


def _instance(stack: SandboxStack, name: str) -> Actual | None:
    found: Any = rds_backends[stack.account_id][stack.region_name].databases.get(name)
    return found and {
        "AutoMinorVersionUpgrade": found.auto_minor_version_upgrade,
        "DBInstanceClass": found.db_instance_class,
        "PubliclyAccessible": found.publicly_accessible,
    }


def _parameter_group(stack: SandboxStack, name: str) -> Actual | None:
    found: Any = rds_backends[stack.account_id][stack.region_name].db_cluster_parameter_groups.get(name)
    if found is None:
        return None
    rows = found.parameters.items()
    return {"Parameters": {key: str(row["ParameterValue"]) for key, row in rows if "ParameterValue" in row}}


def _log_group(stack: SandboxStack, name: str) -> Actual | None:
    found: Any = logs_backends[stack.account_id][stack.region_name].groups.get(name)
    return found and {"RetentionInDays": found.retention_in_days}


READERS: dict[str, Callable[[SandboxStack, str], Actual | None]] = {
    "AWS::RDS::DBCluster": _cluster,
    "AWS::RDS::DBInstance": _instance,
    "AWS::RDS::DBClusterParameterGroup": _parameter_group,
    "AWS::Logs::LogGroup": _log_group,
}
