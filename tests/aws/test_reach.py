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
    return [str(one) for one in obstacles(origin, end or reader.machine("source", site.address, 3306))]


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
    outside = ReachReader(session).machine("source", "192.0.2.7", 3306)
    found = told(session, site, outside)
    assert any(one.startswith("rtb-") and "add a route to 192.0.2.7/32" in one for one in found)
    assert f"{acl}: allow outbound TCP 3306 to 192.0.2.7/32" in found
    assert f"{acl}: allow inbound TCP 1024-65535 from 192.0.2.7/32, for the answers" in found


def test_a_stand_ins_loopback_is_no_place_in_a_network(session: AwsSession) -> None:
    assert ReachReader(session).machine("source", "127.0.0.1", 3306).networks == ()


def test_a_vpc_that_resolves_nothing_is_told(session: AwsSession, site: Site) -> None:
    site.ec2.modify_vpc_attribute(VpcId=site.vpc, EnableDnsSupport={"Value": False})
    named = End("source", "db.example", 3306, ())
    assert told(session, site, named) == [f"{site.vpc}: resolves no names, and db.example is one: set enableDnsSupport"]
