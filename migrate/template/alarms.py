"""Alarms that survive a failover: by cluster and role, never by instance. Thresholds are starting points.

Source of names, dimensions and units: Aurora User Guide, CloudWatch metrics; AWS advises the role's dimension.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from troposphere import Ref, Template, cloudwatch

from migrate.model.cluster import ClusterSpec
from migrate.template.cluster import SERVERLESS
from migrate.template.flavor import FLAVORS

MEBIBYTE, GIBIBYTE = 1024**2, 1024**3
ABOVE, BELOW = "GreaterThanThreshold", "LessThanThreshold"


@dataclass(frozen=True)
class Watched:
    """One metric. `minutes` in a row it is on the wrong side; `missing` is what silence means."""

    name: str
    metric: str
    threshold: float
    comparison: str = ABOVE
    statistic: str = "Maximum"
    role: str = "WRITER"
    minutes: int = 5
    missing: str = field(default="notBreaching")


def add(template: Template, spec: ClusterSpec, topic: object) -> None:
    """CPU, memory, connections, reader's lag, room on the volume, deadlocks, the log's backlog, and DMS's latency."""
    for one in _watched(spec):
        template.add_resource(
            cloudwatch.Alarm(
                one.name,
                AlarmDescription=f"aurora-migrate: {one.metric} {_words(one)} {one.threshold:g}",
                Namespace="AWS/RDS",
                MetricName=one.metric,
                Dimensions=[
                    cloudwatch.MetricDimension(Name="DBClusterIdentifier", Value=Ref("Cluster")),
                    *([cloudwatch.MetricDimension(Name="Role", Value=one.role)] if one.role else []),
                ],
                Statistic=one.statistic,
                Period=60,
                EvaluationPeriods=one.minutes,
                Threshold=one.threshold,
                ComparisonOperator=one.comparison,
                TreatMissingData=one.missing,
                AlarmActions=[topic],
                OKActions=[topic],
            )
        )
    if spec.dms_instance:
        _add_dms(template, spec, topic)


def _words(one: Watched) -> str:
    return "above" if one.comparison == ABOVE else "below"


def _watched(spec: ClusterSpec) -> list[Watched]:
    limits, backlog = spec.monitoring, FLAVORS[spec.engine].backlog
    return [
        Watched(
            "WriterCpu", "CPUUtilization", limits.cpu_percent, statistic="Average", minutes=15, missing="breaching"
        ),
        Watched("WriterMemory", "FreeableMemory", limits.free_memory_mib * MEBIBYTE, BELOW, "Average"),
        Watched("WriterConnections", "DatabaseConnections", limits.connections),
        Watched("Deadlocks", "Deadlocks", limits.deadlocks_per_second, statistic="Average"),
        Watched("VolumeLeft", "AuroraVolumeBytesLeftTotal", limits.volume_left_gib * GIBIBYTE, BELOW, "Minimum", ""),
        Watched(backlog.name, backlog.metric, backlog.threshold),
        *(
            [Watched("ReaderLag", "AuroraReplicaLagMaximum", limits.reader_lag_ms, missing="breaching")]
            if spec.readers
            else []
        ),
        *([Watched("CapacityUsed", "ACUUtilization", 90, role="")] if spec.instance_class == SERVERLESS else []),
    ]


def _add_dms(template: Template, spec: ClusterSpec, topic: object) -> None:
    """By query: the task's own dimension is not known before the task exists."""
    asked = (
        'SELECT MAX(CDCLatencyTarget) FROM SCHEMA("AWS/DMS", ReplicationInstanceIdentifier, ReplicationTaskIdentifier)'
        f" WHERE ReplicationInstanceIdentifier = '{spec.dms_instance}'"
    )
    template.add_resource(
        cloudwatch.Alarm(
            "DmsLatency",
            AlarmDescription=f"aurora-migrate: CDCLatencyTarget above {spec.monitoring.dms_latency_seconds}",
            Metrics=[cloudwatch.MetricDataQuery(Id="latency", Expression=asked, Period=60, ReturnData=True)],
            EvaluationPeriods=5,
            Threshold=spec.monitoring.dms_latency_seconds,
            ComparisonOperator=ABOVE,
            TreatMissingData="notBreaching",
            AlarmActions=[topic],
            OKActions=[topic],
        )
    )
