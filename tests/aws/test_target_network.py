"""Which subnets lead to the internet: by their own route table, or by the VPC's main one."""

from __future__ import annotations

import pytest

from migrate.aws.network import subnets
from migrate.aws.session import AwsSession
from migrate.errors import AwsError

pytestmark = pytest.mark.server


def test_a_route_to_a_gateway_makes_a_subnet_public(session: AwsSession) -> None:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.77.{place}.0/24", AvailabilityZone=f"eu-central-1{zone}")["Subnet"]
        for place, zone in enumerate("ab")
    ]
    inner, outer = (one["SubnetId"] for one in made)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert [one.public for one in subnets(session, [inner, outer])] == [False, False]

    ec2.associate_route_table(RouteTableId=table, SubnetId=outer)
    found = {one.id: one for one in subnets(session, [inner, outer])}
    assert (found[inner].public, found[outer].public) == (False, True)
    assert {one.vpc_id for one in found.values()} == {vpc}
    assert {one.zone for one in found.values()} == {"eu-central-1a", "eu-central-1b"}

    main = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    )["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=main, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert [one.public for one in subnets(session, [inner])] == [True], "the main table is that of whoever has none"


def test_a_subnet_that_does_not_exist_is_said_so(session: AwsSession) -> None:
    with pytest.raises(AwsError) as caught:
        subnets(session, ["subnet-00000000"])
    assert "subnet-00000000" in str(caught.value)
