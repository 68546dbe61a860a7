"""Where alarms and RDS's events go: a topic that was given, or the stack's own. The operator subscribes."""

from __future__ import annotations

from troposphere import Output, Ref, Sub, Template, rds, sns

from migrate.model.cluster import ClusterSpec
from migrate.template.instances import titles
from migrate.template.policy import policy


def add_topic(template: Template, spec: ClusterSpec, key: object) -> object:
    """Reference to the topic's ARN. Subscribe to it what wakes somebody."""
    if spec.monitoring.alarm_topic_arn:
        return spec.monitoring.alarm_topic_arn
    topic = template.add_resource(sns.Topic("AlarmTopic", KmsMasterKeyId=key))
    template.add_resource(
        sns.TopicPolicy(
            "AlarmTopicPolicy",
            Topics=[Ref(topic)],
            PolicyDocument=policy(
                {
                    "Sid": "Publish",
                    "Effect": "Allow",
                    "Principal": {"Service": ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]},
                    "Action": "sns:Publish",
                    "Resource": Ref(topic),
                    "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
                },
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sns:Publish",
                    "Resource": Ref(topic),
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ),
        )
    )
    template.add_output(Output("AlarmTopicArn", Description="Subscribe here who is to be woken", Value=Ref(topic)))
    return Ref(topic)


def add_events(template: Template, spec: ClusterSpec, topic: object) -> None:
    """Critical events of cluster, instances and parameter group (Security Hub RDS.19 to RDS.21)."""
    after = {"DependsOn": ["AlarmTopicPolicy"]} if "AlarmTopicPolicy" in template.resources else {}
    for title, source, ids, categories in (
        ("ClusterEvents", "db-cluster", [Ref("Cluster")], ["failover", "failure", "maintenance"]),
        (
            "InstanceEvents",
            "db-instance",
            [Ref(one) for one in titles(spec)],
            ["configuration change", "failure", "maintenance"],
        ),
        ("ParameterEvents", "db-parameter-group", [Ref("InstanceParameters")], ["configuration change"]),
    ):
        template.add_resource(
            rds.EventSubscription(
                title,
                SnsTopicArn=topic,
                SourceType=source,
                SourceIds=ids,
                EventCategories=categories,
                Enabled=True,
                **after,
            )
        )


def partition(path: str) -> object:
    """An ARN in whatever partition the stack is."""
    return Sub(f"arn:${{AWS::Partition}}:{path}")
