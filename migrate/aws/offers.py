"""Which instance classes RDS sells for an engine version in this region, and in which zones."""

from __future__ import annotations

from datetime import date

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession

STANDARD = "open-source-rds-standard-support"


class InstanceOffers:
    """Implements ports.offers.Offers."""

    def __init__(self, session: AwsSession) -> None:
        self._rds = session.client("rds")

    def zones(self, engine: str, version: str, instance_class: str) -> frozenset[str]:
        with aws_errors(f"ask where {instance_class} is offered for {engine} {version}"):
            pages = self._rds.get_paginator("describe_orderable_db_instance_options").paginate(
                Engine=engine, EngineVersion=version, DBInstanceClass=instance_class, Vpc=True
            )
            rows = [row for page in pages for row in page["OrderableDBInstanceOptions"]]
        return frozenset(zone["Name"] for row in rows for zone in row.get("AvailabilityZones", []))

    def support_ends(self, engine: str, version: str) -> date | None:
        major = _major(engine, version)
        with aws_errors(f"ask how long {engine} {major} is supported"):
            pages = self._rds.get_paginator("describe_db_major_engine_versions").paginate(
                Engine=engine, MajorEngineVersion=major
            )
            rows = [row for page in pages for row in page["DBMajorEngineVersions"]]
        ends: list[date] = [
            cycle["LifecycleSupportEndDate"].date()
            for row in rows
            for cycle in row.get("SupportedEngineLifecycles", [])
            if cycle["LifecycleSupportName"] == STANDARD
        ]
        return max(ends, default=None)


def _major(engine: str, version: str) -> str:
    """`17` of `17.5`; MySQL counts by two numbers: `8.0` of `8.0.mysql_aurora.3.10.0`."""
    return ".".join(version.split(".")[: 2 if engine == "aurora-mysql" else 1])
