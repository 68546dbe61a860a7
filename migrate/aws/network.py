"""Subnets as they are, and the default VPC for those who name none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.errors import AwsError
from migrate.model.subnet import Subnet


def default_network(session: AwsSession) -> tuple[str, tuple[str, ...]]:
    """VPC id and subnet ids (one per availability zone) of the region's default VPC.

    Raises AwsError(AWS-NO-NETWORK) where there is none.
    """
    ec2 = session.client("ec2")
    with aws_errors("find the default VPC"):
        vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        if not vpcs:
            raise _none(session.region)
        vpc = str(vpcs[0]["VpcId"])
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    by_zone = {subnet["AvailabilityZone"]: str(subnet["SubnetId"]) for subnet in subnets}
    if len(by_zone) < 2:
        raise _none(session.region)
    return vpc, tuple(by_zone[zone] for zone in sorted(by_zone))


def subnets(session: AwsSession, ids: Sequence[str]) -> tuple[Subnet, ...]:
    """These subnets with their zones and ways out. Raises AwsError for one that does not exist."""
    ec2 = session.client("ec2")
    with aws_errors("describe the target's subnets"):
        found = ec2.describe_subnets(SubnetIds=list(ids))["Subnets"]
        vpcs = sorted({row["VpcId"] for row in found})
        tables = [
            row
            for page in ec2.get_paginator("describe_route_tables").paginate(
                Filters=[{"Name": "vpc-id", "Values": vpcs}]
            )
            for row in page["RouteTables"]
        ]
    return tuple(
        Subnet(row["SubnetId"], row["VpcId"], row["AvailabilityZone"], _leads_out(row, tables)) for row in found
    )


def _leads_out(subnet: dict[str, Any], tables: list[dict[str, Any]]) -> bool:
    """A subnet without a route table of its own has the VPC's main one."""
    links = [(table, link) for table in tables for link in table.get("Associations", [])]
    own = [table for table, link in links if link.get("SubnetId") == subnet["SubnetId"]]
    main = [table for table, link in links if link.get("Main") and table["VpcId"] == subnet["VpcId"]]
    routes = [route for table in (own or main) for route in table.get("Routes", [])]
    return any(str(route.get("GatewayId", "")).startswith("igw-") for route in routes)


def _none(region: str) -> AwsError:
    return AwsError(
        f"region {region} has no default VPC with subnets in two availability zones",
        code="AWS-NO-NETWORK",
        hint="Name the VPC and its subnets in migration.toml.",
    )
