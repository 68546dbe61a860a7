"""Templates of every kind: engine, size, storage, and what may stand beside the cluster, each with each."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from checks.route import TargetEngine, Version
from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import (
    Autoscaling,
    Backup,
    CustomEndpoint,
    Insights,
    Monitoring,
    Proxy,
    SecretUse,
    Storage,
)

REGION = "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:alarms"

POSTGRES = ClusterSpec(
    stack="aurora-ledger-production-cluster",
    engine=TargetEngine.AURORA_POSTGRESQL,
    version=Version.parse("17.5"),
    database="appdb",
    master_username="mig_admin",
    instance_class="db.r7g.large",
    readers=1,
    port=5432,
    subnet_ids=("subnet-0a1b2c3d", "subnet-4e5f6a7b"),
    vpc_id="vpc-0a1b2c3d",
    tags=(("Environment", "production"), ("Owner", "payments"), ("aurora-migrate:migration", "ledger")),
    client_groups=("sg-0a1b2c3d",),
    dms_instance="aurora-migrate-ledger",
)
MYSQL = replace(POSTGRES, engine=TargetEngine.AURORA_MYSQL, version=Version.parse("3.10.0"), port=3306)

ENGINES = {
    "postgresql17": POSTGRES,
    "postgresql14": replace(POSTGRES, version=Version.parse("14.20"), port=5433),
    "mysql8.0": MYSQL,
    "mysql8.4": replace(MYSQL, version=Version.parse("8.4.7"), parameters=(("lower_case_table_names", "1"),)),
}
SIZES: dict[str, dict[str, Any]] = {
    "provisioned": {"readers": 2},
    "serverless": {"instance_class": "db.serverless"},
}
STORAGES: dict[str, dict[str, Any]] = {storage.value: {"storage": storage} for storage in Storage}
BESIDE: dict[str, dict[str, Any]] = {
    "alone": {},
    "proxy": {"proxy": Proxy(), "secrets": (SecretUse.APPLICATION,)},
    "global": {"global_identifier": "world"},
    "given-key": {"kms_key_arn": KEY, "monitoring": Monitoring(alarm_topic_arn=TOPIC)},
    "everything": {
        "extended_support": True,
        "proxy": Proxy(),
        "secrets": tuple(SecretUse),
        "autoscaling": Autoscaling(),
        "custom_endpoint": CustomEndpoint(name="reports", readers=(1,)),
        "vpc_endpoints": ("secretsmanager", "kms", "logs"),
        "backup": Backup(window="02:00-03:00", maintenance_window="sun:04:00-sun:05:00", plan_days=35),
        "monitoring": Monitoring(insights=Insights.ADVANCED),
    },
}
BACKTRACK = replace(MYSQL, parameters=(("binlog_format", "OFF"),), backup=Backup(backtrack_hours=24))


def variants() -> dict[str, ClusterSpec]:
    """By name. The proxy always listens on the engine's own port, so it comes with that one."""
    made = {}
    for engine, size, storage, beside in itertools.product(ENGINES, SIZES, STORAGES, BESIDE):
        spec = replace(ENGINES[engine], **{**SIZES[size], **STORAGES[storage], **BESIDE[beside]})
        if spec.proxy and spec.port == 5433:
            spec = replace(spec, port=5432)
        made[f"{engine}-{size}-{storage}-{beside}"] = spec
    made["mysql8.0-backtrack"] = BACKTRACK
    made["postgresql17-bare"] = replace(
        POSTGRES, readers=0, deletion_protection=False, tags=(), client_groups=(), dms_instance=""
    )
    return made
