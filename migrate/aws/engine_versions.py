"""Which versions of DMS's replication engine an instance class can be made with."""

from __future__ import annotations

import re
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.errors import AwsError


def newest_engine(dms: Any, instance_class: str) -> str:
    """The newest that is offered: DMS's own default is older than what reads the newest sources (dms.md §16).

    Raises AwsError(AWS-CLASS-NOT-OFFERED).
    """
    with aws_errors(f"ask which engines are offered for {instance_class}"):
        pages = dms.get_paginator("describe_orderable_replication_instances").paginate()
        offered = [
            str(row["EngineVersion"])
            for page in pages
            for row in page["OrderableReplicationInstances"]
            if row["ReplicationInstanceClass"] == instance_class and row.get("ReleaseStatus") != "beta"
        ]
    if not offered:
        raise AwsError(
            f"DMS offers no replication instance of class {instance_class} here",
            code="AWS-CLASS-NOT-OFFERED",
            hint="Name another instance_class under [replication]; those that are offered: aws dms "
            "describe-orderable-replication-instances --query "
            "'OrderableReplicationInstances[].[ReplicationInstanceClass,EngineVersion]' --output text",
        )
    return max(offered, key=lambda version: [int(part) for part in re.findall(r"\d+", version)])
