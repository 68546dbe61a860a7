"""Readers that come and go with the load."""

from __future__ import annotations

from troposphere import Ref, Sub, Template
from troposphere import applicationautoscaling as aws

from migrate.model.cluster_options import Autoscaling

DIMENSION = "rds:cluster:ReadReplicaCount"


def add(template: Template, scaling: Autoscaling) -> None:
    """Keep the readers' mean CPU near the target. Made once there is an instance to scale beside."""
    target = template.add_resource(
        aws.ScalableTarget(
            "ReaderScaling",
            DependsOn=["Writer"],
            MinCapacity=scaling.minimum,
            MaxCapacity=scaling.maximum,
            ResourceId=Sub("cluster:${Cluster}"),
            ScalableDimension=DIMENSION,
            ServiceNamespace="rds",
        )
    )
    template.add_resource(
        aws.ScalingPolicy(
            "ReaderScalingPolicy",
            PolicyName="readers-by-cpu",
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=Ref(target),
            TargetTrackingScalingPolicyConfiguration=aws.TargetTrackingScalingPolicyConfiguration(
                TargetValue=scaling.cpu_percent,
                PredefinedMetricSpecification=aws.PredefinedMetricSpecification(
                    PredefinedMetricType="RDSReaderAverageCPUUtilization"
                ),
            ),
        )
    )
