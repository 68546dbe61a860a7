"""What lies between DMS and a database, read from EC2 as it stands there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from migrate.aws.reach import ReachReader
from migrate.aws.session import AwsSession
from migrate.model.reach import End, obstacles

pytestmark = pytest.mark.server


@dataclass
class Site:
    """A VPC with two subnets, DMS's and a database machine's."""

    ec2: Any
    vpc: str
    dms: str
    database: str
    group: str
    machine: str
    """Security group of the machine."""
    address: str


@pytest.fixture
def site(session: AwsSession) -> Site:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    dms, database = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.40.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)
    )
    group, machine = (
        ec2.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"] for name in ("dms", "machine")
    )
    interface = ec2.create_network_interface(SubnetId=database, Groups=[machine])["NetworkInterface"]
    return Site(ec2, vpc, dms, database, group, machine, interface["PrivateIpAddress"])


def told(session: AwsSession, site: Site, end: End | None = None) -> list[str]:
    reader = ReachReader(session)
    origin = reader.origin([site.dms], [site.group])
    return [str(one) for one in obstacles(origin, end or reader.machine("source", site.address, 3306, site.vpc))]


def test_a_machine_of_the_account_is_known_by_its_interface(session: AwsSession, site: Site) -> None:
    assert told(session, site) == [f"{site.machine}: add inbound TCP 3306 from {site.group}"]
    pair = {"UserIdGroupPairs": [{"GroupId": site.group}]}
    site.ec2.authorize_security_group_ingress(
        GroupId=site.machine, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, **pair}]
    )
    assert told(session, site) == []


def test_a_subnets_own_acl_and_routes_are_read(session: AwsSession, site: Site) -> None:
    acl = site.ec2.create_network_acl(VpcId=site.vpc)["NetworkAcl"]["NetworkAclId"]
    link = site.ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [site.dms]}])
    (association,) = [
        one["NetworkAclAssociationId"]
        for row in link["NetworkAcls"]
        for one in row["Associations"]
        if one["SubnetId"] == site.dms
    ]
    site.ec2.replace_network_acl_association(AssociationId=association, NetworkAclId=acl)
    outside = ReachReader(session).machine("source", "192.0.2.7", 3306, site.vpc)
    found = told(session, site, outside)
    assert any(one.startswith("rtb-") and "add a route to 192.0.2.7/32" in one for one in found)
    assert f"{acl}: allow outbound TCP 3306 to 192.0.2.7/32" in found
    assert f"{acl}: allow inbound TCP 1024-65535 from 192.0.2.7/32, for the answers" in found


def test_the_same_address_in_another_vpc_is_another_machine(session: AwsSession, site: Site) -> None:
    reader = ReachReader(session)
    elsewhere = reader.machine(
        "source", site.address, 3306, site.ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    )
    assert elsewhere.groups is None
    assert reader.machine("source", site.address, 3306, site.vpc).groups is not None


def test_prefix_lists_of_rules_and_routes_are_doubts(session: AwsSession, site: Site) -> None:
    """But the route to a gateway endpoint, which leads to S3 alone."""
    listed = site.ec2.create_managed_prefix_list(PrefixListName="office", MaxEntries=2, AddressFamily="IPv4")
    office = listed["PrefixList"]["PrefixListId"]
    site.ec2.authorize_security_group_ingress(
        GroupId=site.machine,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "PrefixListIds": [{"PrefixListId": office}]}
        ],
    )
    assert told(session, site) == [
        f"{site.machine}: add inbound TCP 3306 from {site.group}, unless the prefix list {office} does it"
    ]
    outside = ReachReader(session).machine("source", "192.0.2.7", 3306, site.vpc)
    (table,) = site.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [site.vpc]}])["RouteTables"]
    site.ec2.create_vpc_endpoint(
        VpcId=site.vpc,
        ServiceName="com.amazonaws.eu-central-1.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[table["RouteTableId"]],
    )
    missing = f"{table['RouteTableId']}: add a route to 192.0.2.7/32 (peering, transit gateway, VPN)"
    assert told(session, site, outside) == [missing]
    gateway = site.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    site.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationPrefixListId=office, TransitGatewayId=gateway)
    assert told(session, site, outside) == [f"{missing}, unless the prefix list {office} does it"]


def test_a_stand_ins_loopback_is_no_place_in_a_network(session: AwsSession) -> None:
    assert ReachReader(session).machine("source", "127.0.0.1", 3306, "vpc-1").networks == ()


def test_a_vpc_that_resolves_nothing_is_told(session: AwsSession, site: Site) -> None:
    site.ec2.modify_vpc_attribute(VpcId=site.vpc, EnableDnsSupport={"Value": False})
    named = End("source", "db.example", 3306, ())
    assert told(session, site, named) == [f"{site.vpc}: resolves no names, and db.example is one: set enableDnsSupport"]
