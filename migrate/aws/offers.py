"""Which instance classes RDS sells for an engine version in this region, and in which zones."""

from __future__ import annotations

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession


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
