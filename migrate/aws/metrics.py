"""The newest points of CloudWatch metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.model.watching import MetricPoint

TASK_METRICS = (
    "CDCLatencySource",
    "CDCLatencyTarget",
    "CDCIncomingChanges",
    "CDCChangesMemorySource",
    "CDCChangesMemoryTarget",
    "CDCChangesDiskSource",
    "CDCChangesDiskTarget",
    "CDCThroughputRowsSource",
    "CDCThroughputRowsTarget",
    "FullLoadThroughputRowsTarget",
)
"""Of namespace AWS/DMS, by task (dms.md §16)."""
RECENT = timedelta(hours=1)
"""A point that is older counts as none."""
PERIOD_SECONDS = 60
RDS_HOST = re.compile(r"([a-z][a-z0-9-]*)\.(?!cluster-|proxy-)[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?", re.I)
"""An RDS instance's endpoint. A cluster's disk grows by itself."""


class Metrics:
    """One GetMetricData call for each question."""

    def __init__(self, session: AwsSession) -> None:
        self._cloudwatch = session.client("cloudwatch")

    def of_task(self, instance: str, external_id: str, now: datetime) -> Mapping[str, MetricPoint]:
        """Newest point of each of a DMS task's metrics; one without points is absent. Raises AwsError."""
        dimensions = {"ReplicationInstanceIdentifier": instance, "ReplicationTaskIdentifier": external_id}
        return self._newest("AWS/DMS", TASK_METRICS, dimensions, now)

    def free_storage(self, host: str, now: datetime) -> int | None:
        """FreeStorageSpace of the RDS instance that `host` names, in bytes; None for another host. Raises AwsError."""
        found = RDS_HOST.fullmatch(host)
        if found is None:
            return None
        name = "FreeStorageSpace"
        point = self._newest("AWS/RDS", (name,), {"DBInstanceIdentifier": found[1]}, now).get(name)
        return None if point is None else int(point.value)

    def newest(self, cluster: str, names: Sequence[str], now: datetime) -> Mapping[str, datetime]:
        """When each of these metrics of an Aurora cluster last came; one without points is absent. Raises AwsError."""
        points = self._newest("AWS/RDS", tuple(names), {"DBClusterIdentifier": cluster}, now)
        return {name: point.at for name, point in points.items()}

    def _newest(
        self, namespace: str, names: tuple[str, ...], dimensions: Mapping[str, str], now: datetime
    ) -> dict[str, MetricPoint]:
        of = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        queries = [
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": of},
                    "Period": PERIOD_SECONDS,
                    "Stat": "Maximum",
                },
            }
            for number, name in enumerate(names)
        ]
        with aws_errors(f"read metrics of {namespace}"):
            answer = self._cloudwatch.get_metric_data(
                MetricDataQueries=queries,
                StartTime=now - RECENT,
                EndTime=now + timedelta(seconds=PERIOD_SECONDS),
                ScanBy="TimestampDescending",
            )
        found: dict[str, MetricPoint] = {}
        for row in answer["MetricDataResults"]:
            points = sorted(zip(row["Timestamps"], row["Values"], strict=False), reverse=True)
            if points:
                found[names[int(row["Id"].removeprefix("m"))]] = MetricPoint(float(points[0][1]), points[0][0])
        return found
