"""The default VPC, for those who name no subnets."""

from __future__ import annotations

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.errors import AwsError


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


def _none(region: str) -> AwsError:
    return AwsError(
        f"region {region} has no default VPC with subnets in two availability zones",
        code="AWS-NO-NETWORK",
        hint="Name the VPC and its subnets in migration.toml.",
    )
