"""CloudFormation resource types that moto 5.2.5 lacks or cannot create inside a cluster.

moto finds subclasses of its CloudFormationModel, and the one defined last for a type wins. Properties and attributes
are those of AWS's published resource schemas.
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.cloudwatch.models import MetricDataQuery, cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.rds.models import rds_backends

from migrate.sandbox.aws.cluster import RECORDED

Properties = dict[str, Any]


def snake(name: str) -> str:
    """`DBClusterIdentifier` → `db_cluster_identifier`, as boto3 and moto spell it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def plain(value: Any) -> Any:
    """The name behind a reference that moto resolved to its own object; booleans and numbers out of strings."""
    if value in ("true", "false"):
        return value == "true"
    return getattr(value, "name", value)


def number(value: Any) -> Any:
    """A whole number that a template wrote as text."""
    return int(value) if isinstance(value, str) and value.isdigit() else value


class SandboxType:
    """What the types below have in common: `_create`, `_update` and `_delete` act, `_attribute` answers Fn::GetAtt."""

    kind = ""
    name_property = ""
    attributes: frozenset[str] = frozenset()

    def __init__(self, physical_resource_id: str, account: str, region: str) -> None:
        self.physical_resource_id = physical_resource_id
        self.account, self.region = account, region

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kind

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.name_property

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.attributes

    def get_cfn_attribute(self, name: str) -> Any:
        """What Fn::GetAtt answers."""
        if name not in self.attributes:
            raise UnformattedGetAttTemplateException()
        return self._attribute(name)

    def _attribute(self, name: str) -> Any:
        raise UnformattedGetAttTemplateException()

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> SandboxType:
        resource = cls(resource_name, account_id, region_name)
        resource._create(cloudformation_json["Properties"])
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> Any:
        original_resource._update(cloudformation_json["Properties"])
        return original_resource

    def delete(self, _account_id: str, _region_name: str) -> None:
        """End the resource, as CloudFormation does."""
        self._delete()

    def _create(self, properties: Properties) -> None:
        raise NotImplementedError

    def _update(self, properties: Properties) -> None:
        raise NotImplementedError

    def _delete(self) -> None:
        raise NotImplementedError

    @property
    def _rds(self) -> Any:
        return rds_backends[self.account][self.region]


class ClusterType(SandboxType, CloudFormationModel):
    """AWS::RDS::DBCluster, a real server."""

    kind, name_property = "AWS::RDS::DBCluster", "DBClusterIdentifier"
    attributes = frozenset(
        {
            "DBClusterArn",
            "DBClusterResourceId",
            "Endpoint.Address",
            "Endpoint.Port",
            "ReadEndpoint.Address",
            "MasterUserSecret.SecretArn",
        }
    )
    numbers = ("BackupRetentionPeriod", "MonitoringInterval", "PerformanceInsightsRetentionPeriod")

    def __init__(self, physical_resource_id: str, account: str, region: str) -> None:
        super().__init__(physical_resource_id.lower(), account, region)
        self.final_snapshot: str | None = None

    @property
    def _cluster(self) -> Any:
        return self._rds.clusters[self.physical_resource_id]

    def _request(self, properties: Properties) -> dict[str, Any]:
        request = {snake(name): plain(value) for name, value in properties.items()}
        request.update({snake(name): number(properties[name]) for name in self.numbers if name in properties})
        secret = request.pop("master_user_secret", None) or {}
        return {
            **request,
            "db_cluster_identifier": self.physical_resource_id,
            "master_user_secret_kms_key_id": plain(secret.get("KmsKeyId")),
        }

    def _create(self, properties: Properties) -> None:
        self._rds.create_db_cluster(self._request(properties)).settle()

    def _update(self, properties: Properties) -> None:
        cluster, request = self._cluster, self._request(properties)
        cluster.deletion_protection = bool(request.get("deletion_protection", False))
        for name in ("backup_retention_period", "preferred_backup_window", "preferred_maintenance_window"):
            if request.get(name) is not None:
                setattr(cluster, name, request[name])
        for name in RECORDED:
            setattr(cluster, name, request.get(name))
        group = request.get("db_cluster_parameter_group_name")
        if group:
            cluster.parameter_group = group
        cluster.engine_version = request.get("engine_version") or cluster.engine_version
        cluster.vpc_security_group_ids = request.get("vpc_security_group_ids")
        cluster.tags = request.get("tags") or []

    def _delete(self) -> None:
        self._rds.delete_db_cluster(self.physical_resource_id, self.final_snapshot)

    def _attribute(self, name: str) -> Any:
        cluster = self._cluster
        match name:
            case "DBClusterArn":
                return cluster.db_cluster_arn
            case "DBClusterResourceId":
                return cluster.db_cluster_resource_id
            case "Endpoint.Address":
                return cluster.endpoint
            case "Endpoint.Port":
                return str(cluster.port)
            case "ReadEndpoint.Address":
                return cluster.reader_endpoint
            case _:
                return cluster.master_user_secret.secret_arn


class InstanceType(SandboxType, CloudFormationModel):
    """AWS::RDS::DBInstance inside a cluster."""

    kind, name_property = "AWS::RDS::DBInstance", "DBInstanceIdentifier"
    attributes = frozenset({"Endpoint.Address", "Endpoint.Port", "DBInstanceArn", "DbiResourceId"})

    def __init__(self, physical_resource_id: str, account: str, region: str) -> None:
        super().__init__(physical_resource_id.lower(), account, region)

    @property
    def _instance(self) -> Any:
        return self._rds.databases[self.physical_resource_id]

    def _create(self, properties: Properties) -> None:
        request = {snake(name): plain(value) for name, value in properties.items()}
        request["db_instance_identifier"] = self.physical_resource_id
        request["monitoring_interval"] = int(request.get("monitoring_interval", 0))
        request["promotion_tier"] = int(request.get("promotion_tier", 1))
        self._rds.create_db_instance(request)

    def _update(self, properties: Properties) -> None:
        for name in ("DBInstanceClass", "PubliclyAccessible", "AutoMinorVersionUpgrade", "DBParameterGroupName"):
            if name in properties:
                setattr(self._instance, snake(name), plain(properties[name]))
        self._instance.promotion_tier = int(properties.get("PromotionTier", 1))

    def _delete(self) -> None:
        self._rds.delete_db_instance(self.physical_resource_id, skip_final_snapshot=True)

    def _attribute(self, name: str) -> Any:
        instance = self._instance
        return {
            "Endpoint.Address": instance.address,
            "Endpoint.Port": str(instance.port),
            "DBInstanceArn": instance.db_instance_arn,
            "DbiResourceId": instance.dbi_resource_id,
        }[name]


class ClusterParameterGroupType(SandboxType, CloudFormationModel):
    """AWS::RDS::DBClusterParameterGroup."""

    kind, name_property = "AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroupName"

    def __init__(self, physical_resource_id: str, account: str, region: str) -> None:
        super().__init__(physical_resource_id.lower(), account, region)

    def _create(self, properties: Properties) -> None:
        self._rds.create_db_cluster_parameter_group(
            self.physical_resource_id, properties["Family"], properties["Description"], properties.get("Tags")
        )
        self._update(properties)

    def _update(self, properties: Properties) -> None:
        self._rds.db_cluster_parameter_groups[self.physical_resource_id].parameters.clear()
        rows = [
            {"ParameterName": name, "ParameterValue": str(value), "ApplyMethod": "pending-reboot"}
            for name, value in properties.get("Parameters", {}).items()
        ]
        self._rds.modify_db_cluster_parameter_group(self.physical_resource_id, rows)

    def _delete(self) -> None:
        self._rds.delete_db_cluster_parameter_group(self.physical_resource_id)


class EventSubscriptionType(SandboxType, CloudFormationModel):
    """AWS::RDS::EventSubscription."""

    kind, name_property = "AWS::RDS::EventSubscription", "SubscriptionName"

    def _create(self, properties: Properties) -> None:
        request = {snake(name): plain(value) for name, value in properties.items()}
        request.setdefault("enabled", True)
        self._rds.create_event_subscription({**request, "subscription_name": self.physical_resource_id})

    def _update(self, properties: Properties) -> None:
        self._delete()
        self._create(properties)

    def _delete(self) -> None:
        self._rds.delete_event_subscription(self.physical_resource_id)


class AlarmType(SandboxType, CloudFormationModel):
    """AWS::CloudWatch::Alarm."""

    kind, name_property = "AWS::CloudWatch::Alarm", "AlarmName"
    attributes = frozenset({"Arn"})

    @property
    def _cloudwatch(self) -> Any:
        return cloudwatch_backends[self.account][self.region]

    def _create(self, properties: Properties) -> None:
        self._alarm = self._cloudwatch.put_metric_alarm(
            name=self.physical_resource_id,
            namespace=properties.get("Namespace"),
            metric_name=properties.get("MetricName"),
            metric_data_queries=[
                MetricDataQuery(
                    query_id=row["Id"],
                    label=row.get("Label", ""),
                    period=number(row.get("Period")),
                    return_data=row.get("ReturnData", True),
                    expression=row.get("Expression"),
                )
                for row in properties.get("Metrics", [])
            ],
            comparison_operator=properties["ComparisonOperator"],
            evaluation_periods=number(properties["EvaluationPeriods"]),
            datapoints_to_alarm=number(properties.get("DatapointsToAlarm")),
            period=number(properties.get("Period")),
            threshold=float(properties["Threshold"]),
            statistic=properties.get("Statistic"),
            extended_statistic=properties.get("ExtendedStatistic"),
            description=properties.get("AlarmDescription"),
            dimensions=[{"Name": row["Name"], "Value": row["Value"]} for row in properties.get("Dimensions", [])],
            alarm_actions=properties.get("AlarmActions", []),
            ok_actions=properties.get("OKActions", []),
            insufficient_data_actions=properties.get("InsufficientDataActions", []),
            unit=properties.get("Unit"),
            actions_enabled=properties.get("ActionsEnabled", True),
            treat_missing_data=properties.get("TreatMissingData"),
        )

    def _update(self, properties: Properties) -> None:
        self._create(properties)

    def _delete(self) -> None:
        self._cloudwatch.delete_alarms([self.physical_resource_id])

    def _attribute(self, name: str) -> Any:
        return self._alarm.alarm_arn
