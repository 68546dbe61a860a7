"""Put the sandbox's own backends into moto, before anything is created in it.

SSM's parameters are moto 5.2.5's as they are: PutParameter with Overwrite makes the next version and keeps the type,
without it a parameter that is there is refused, and GetParameter reads the latest version. Source: SSM's API model,
PutParameter (Overwrite, Type, Version). That a reading shows a version as soon as it was answered for is an assumption.
"""

from __future__ import annotations

import json
import time

from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse
from moto.logs.models import logs_backends
from moto.rds.models import rds_backends
from moto.rds.responses import RDSResponse
from moto.route53.models import route53_backends
from moto.secretsmanager.models import secretsmanager_backends

from migrate.sandbox.aws import drift, recorded_types, resource_types
from migrate.sandbox.aws.cloudformation import SandboxCloudFormation, update_termination_protection
from migrate.sandbox.aws.iam import SandboxIam, simulate_principal_policy
from migrate.sandbox.aws.offers import describe_db_major_engine_versions, describe_orderable_db_instance_options
from migrate.sandbox.aws.quotas import describe_account_attributes
from migrate.sandbox.aws.rds import SandboxRds
from migrate.sandbox.aws.records import SandboxRoute53
from migrate.sandbox.aws.request_tokens import once
from migrate.sandbox.aws.secret_versions import SandboxSecrets
from migrate.sandbox.aws.stack import SandboxStack
from migrate.sandbox.aws.upkeep import describe_pending_maintenance_actions
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.world import World

TYPES = (resource_types.ClusterType, resource_types.InstanceType, recorded_types.TopicType)
"""Named so that the modules are imported for what moto discovers in them."""


def install(world: World) -> None:
    """Make moto serve this world. Once per process."""
    SandboxRds.world = world
    SandboxStack.world = world
    rds_backends.backend = SandboxRds
    secretsmanager_backends.backend = SandboxSecrets
    cloudformation_backends.backend = SandboxCloudFormation
    iam_backends.backend = SandboxIam
    route53_backends.backend = SandboxRoute53
    setattr(CloudFormationResponse, "update_termination_protection", update_termination_protection)  # noqa: B010
    for name, token in (("create_change_set", "ClientToken"), ("execute_change_set", "ClientRequestToken")):
        setattr(CloudFormationResponse, name, once(getattr(CloudFormationResponse, name), token))
    for call in (drift.detect_stack_drift, drift.describe_stack_drift_detection_status,
                 drift.describe_stack_resource_drifts):  # fmt: skip
        setattr(CloudFormationResponse, call.__name__, call)
    for answer in (describe_account_attributes, describe_db_major_engine_versions,
                   describe_orderable_db_instance_options, describe_pending_maintenance_actions):  # fmt: skip
        setattr(RDSResponse, answer.__name__, answer)
    setattr(IamResponse, "simulate_principal_policy", simulate_principal_policy)  # noqa: B010
    # moto refuses a change set without changes instead of making a FAILED one; UpdateStack has its own check here.
    CloudFormationResponse._validate_different_update = lambda *_: None  # type: ignore[method-assign]


def read_secret(world: World, secret_id: str) -> dict[str, str]:
    """The current value of a secret in the sandbox's Secrets Manager, a JSON object.

    Raises SandboxError when there is none or it is not a JSON object.
    """
    backend = secretsmanager_backends[world.account][world.region]
    if secret_id not in backend.secrets:
        raise SandboxError(f"Secrets Manager can't find the secret {secret_id}")
    value = json.loads(backend.get_secret_value(secret_id, "", "")["SecretString"])
    if not isinstance(value, dict):
        raise SandboxError(f"the secret {secret_id} is not a JSON object")
    return {str(name): str(word) for name, word in value.items()}


def read_subnet(world: World, subnet_id: str) -> tuple[str, str] | None:
    """VPC and availability zone of a subnet; None when there is no such subnet."""
    subnets = ec2_backends[world.account][world.region].describe_subnets()
    return next(((s.vpc_id, s.availability_zone) for s in subnets if s.id == subnet_id), None)


def publish_metric(world: World, name: str, dimensions: dict[str, str], value: float) -> None:
    """Put one value of a metric of namespace AWS/DMS where GetMetricStatistics finds it."""
    cloudwatch_backends[world.account][world.region].put_metric_data(
        "AWS/DMS",
        [
            {
                "MetricName": name,
                "Value": value,
                "Dimensions": [{"Name": key, "Value": word} for key, word in dimensions.items()],
                "Timestamp": utcnow(),
            }
        ],
    )


def publish_line(world: World, group: str, stream: str, line: str) -> None:
    """Put one line into a stream of CloudWatch Logs; group and stream are made when they are missing."""
    logs = logs_backends[world.account][world.region]
    if group not in logs.groups:
        logs.create_log_group(group, {})
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    logs.put_log_events(group, stream, [{"timestamp": int(time.time() * 1000), "message": line}])
