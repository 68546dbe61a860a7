"""Reads how a cluster stands. Nothing is changed, no row is seen."""

from __future__ import annotations

from typing import Any

from migrate.aws import account_posture
from migrate.aws.cluster import row_of
from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.aws.who_may_end import who_may_end
from migrate.model.posture import InstancePosture, Posture, Way


class PostureReader:
    """Asks RDS, EC2, KMS, IAM, CloudTrail, CloudWatch and CloudWatch Logs."""

    def __init__(self, session: AwsSession) -> None:
        self._rds, self._ec2 = session.client("rds"), session.client("ec2")
        self._logs, self._kms = session.client("logs"), session.client("kms")
        self._cloudwatch, self._cloudtrail = session.client("cloudwatch"), session.client("cloudtrail")
        self._iam = session.client("iam")

    def read(self, identifier: str) -> Posture:
        """Raises AwsError(AWS-NO-CLUSTER) where there is none of that name."""
        cluster = row_of(self._rds, identifier)
        with aws_errors(f"audit cluster {identifier}"):
            encrypted, key = bool(cluster.get("StorageEncrypted")), cluster.get("KmsKeyId", "")
            key_of_aws = encrypted and self._key_of_aws(key)
            own_key = key if encrypted and not key_of_aws else ""
            return Posture(
                cluster=identifier,
                engine=cluster["Engine"],
                version=cluster["EngineVersion"],
                port=int(cluster["Port"]),
                master_username=cluster.get("MasterUsername", ""),
                master_secret_managed=bool(cluster.get("MasterUserSecret")),
                encrypted=encrypted,
                key_of_aws=key_of_aws,
                deletion_protection=bool(cluster.get("DeletionProtection")),
                backup_days=int(cluster.get("BackupRetentionPeriod", 0)),
                copies_tags=bool(cluster.get("CopyTagsToSnapshot")),
                iam_logins=bool(cluster.get("IAMDatabaseAuthenticationEnabled")),
                insights=bool(cluster.get("PerformanceInsightsEnabled")),
                exported_logs=tuple(cluster.get("EnabledCloudwatchLogsExports", [])),
                log_days=self._log_days(identifier),
                parameter_group=cluster.get("DBClusterParameterGroup", ""),
                parameters=self._parameters(cluster.get("DBClusterParameterGroup", "")),
                tags={row["Key"]: row["Value"] for row in cluster.get("TagList", [])},
                instances=self._instances(cluster),
                ways=self._ways(cluster),
                alarmed_metrics=self._alarmed(identifier),
                event_sources=self._event_sources(),
                snapshots=self._snapshots(identifier),
                trailed=account_posture.trailed(self._cloudtrail),
                may_end=who_may_end(self._iam, cluster["DBClusterArn"]),
                key=own_key,
                key_rotates=account_posture.key_rotates(self._kms, own_key) if own_key else None,
                key_strangers=tuple(account_posture.key_strangers(self._kms, own_key)) if own_key else (),
            )

    def _instances(self, cluster: dict[str, Any]) -> tuple[InstancePosture, ...]:
        members = {row["DBInstanceIdentifier"]: row for row in cluster.get("DBClusterMembers", [])}
        rows = self._rds.describe_db_instances(
            Filters=[{"Name": "db-cluster-id", "Values": [cluster["DBClusterIdentifier"]]}]
        )["DBInstances"]
        return tuple(
            InstancePosture(
                id=row["DBInstanceIdentifier"],
                zone=row.get("AvailabilityZone", ""),
                public=bool(row.get("PubliclyAccessible")),
                writer=bool(members.get(row["DBInstanceIdentifier"], {}).get("IsClusterWriter")),
                minor_upgrades=bool(row.get("AutoMinorVersionUpgrade")),
                monitoring_seconds=int(row.get("MonitoringInterval") or 0),
                parameters_in_force=members.get(row["DBInstanceIdentifier"], {}).get("DBClusterParameterGroupStatus")
                != "pending-reboot",
            )
            for row in rows
        )

    def _parameters(self, group: str) -> dict[str, str]:
        """Nobody can have set anything in a default group."""
        if group.startswith("default."):
            return {}
        pages = self._rds.get_paginator("describe_db_cluster_parameters").paginate(DBClusterParameterGroupName=group)
        rows = [row for page in pages for row in page["Parameters"]]
        return {row["ParameterName"]: str(row["ParameterValue"]) for row in rows if "ParameterValue" in row}

    def _ways(self, cluster: dict[str, Any]) -> tuple[Way, ...]:
        ids = [row["VpcSecurityGroupId"] for row in cluster.get("VpcSecurityGroups", [])]
        if not ids:
            return ()
        port, found = int(cluster["Port"]), []
        for group in self._ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"]:
            for rule in group.get("IpPermissions", []):
                if not rule.get("FromPort", port) <= port <= rule.get("ToPort", port):
                    continue
                name = group["GroupId"]
                found += [Way(name, one["GroupId"], False) for one in rule.get("UserIdGroupPairs", [])]
                found += [Way(name, one["PrefixListId"], False) for one in rule.get("PrefixListIds", [])]
                found += [Way(name, one["CidrIp"], True) for one in rule.get("IpRanges", [])]
                found += [Way(name, one["CidrIpv6"], True) for one in rule.get("Ipv6Ranges", [])]
        return tuple(found)

    def _key_of_aws(self, key: str) -> bool:
        if not key:
            return False
        return bool(self._kms.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "AWS")

    def _log_days(self, identifier: str) -> dict[str, int | None]:
        pages = self._logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=f"/aws/rds/cluster/{identifier}/"
        )
        return {row["logGroupName"]: row.get("retentionInDays") for page in pages for row in page["logGroups"]}

    def _alarmed(self, identifier: str) -> frozenset[str]:
        """Metrics with an alarm on this cluster that tells somebody."""
        pages = self._cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        return frozenset(
            row["MetricName"]
            for page in pages
            for row in page["MetricAlarms"]
            if row.get("AlarmActions") and identifier in [one["Value"] for one in row.get("Dimensions", [])]
        )

    def _event_sources(self) -> frozenset[str]:
        pages = self._rds.get_paginator("describe_event_subscriptions").paginate()
        rows = [row for page in pages for row in page["EventSubscriptionsList"]]
        return frozenset(str(row.get("SourceType")) for row in rows if row.get("Enabled"))

    def _snapshots(self, identifier: str) -> dict[str, tuple[str, ...]]:
        pages = self._rds.get_paginator("describe_db_cluster_snapshots").paginate(
            DBClusterIdentifier=identifier, SnapshotType="manual"
        )
        names = [row["DBClusterSnapshotIdentifier"] for page in pages for row in page["DBClusterSnapshots"]]
        return {name: self._shared_with(name) for name in names}

    def _shared_with(self, snapshot: str) -> tuple[str, ...]:
        answer = self._rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=snapshot)
        rows = answer["DBClusterSnapshotAttributesResult"].get("DBClusterSnapshotAttributes", [])
        return tuple(one for row in rows if row["AttributeName"] == "restore" for one in row["AttributeValues"])
