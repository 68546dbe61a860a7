"""Reads, through EC2 and RDS, what lies between DMS's subnets and a database. The reasoning is `model.reach`."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from migrate.aws.errors import aws_errors
from migrate.aws.session import AwsSession
from migrate.model.cluster import Cluster
from migrate.model.reach import Acl, AclRule, End, Obstacle, Origin, Place, Route, Rule, SecurityGroup, obstacles

ALL, TCP = ("-1", "all"), ("6", "tcp")


class DmsReach:
    """Implements `ports.cloud.Reach` for an instance, or a serverless replication, with these subnets and groups."""

    def __init__(
        self, session: AwsSession, subnet_ids: Sequence[str], groups: Sequence[str], cluster: Cluster, port: int
    ) -> None:
        self._reader = ReachReader(session)
        self._subnets, self._groups, self._cluster, self._port = subnet_ids, groups, cluster, port

    def obstacles(self, host: str, port: int) -> Sequence[Obstacle]:
        origin = self._reader.origin(self._subnets, self._groups)
        target = self._reader.cluster(self._cluster.identifier, self._cluster.host, self._port)
        ends = (self._reader.machine("source", host, port, origin.vpc), target)
        return [
            replace(one, resource=f"{end.name} {end.host}: {one.resource}")
            for end in ends
            for one in obstacles(origin, end)
        ]


class ReachReader:
    """One look; what is asked for twice is read twice."""

    def __init__(self, session: AwsSession) -> None:
        self._ec2, self._rds = session.client("ec2"), session.client("rds")

    def origin(self, subnet_ids: Sequence[str], group_ids: Sequence[str]) -> Origin:
        """Without groups an instance gets the VPC's default one."""
        places, vpc = self._places(subnet_ids)
        with aws_errors("describe the VPC of DMS's subnets"):
            answer = self._ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")
            ids = list(group_ids) or self._default_group(vpc)
        return Origin(vpc, bool(answer["EnableDnsSupport"]["Value"]), places, self._groups(ids))

    def cluster(self, identifier: str, host: str, port: int) -> End:
        """A cluster's writer may stand in any of its subnets."""
        with aws_errors(f"describe cluster {identifier}"):
            cluster = self._rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]
            group = self._rds.describe_db_subnet_groups(DBSubnetGroupName=cluster["DBSubnetGroup"])["DBSubnetGroups"][0]
        places, _ = self._places([row["SubnetIdentifier"] for row in group["Subnets"]])
        groups = self._groups([row["VpcSecurityGroupId"] for row in cluster.get("VpcSecurityGroups", [])])
        networks = tuple(place.network for place in places)
        return End("target", host, port, networks, groups=groups, places=places)

    def machine(self, name: str, host: str, port: int, vpc: str) -> End:
        """Any host. Its address is resolved from here; where a network interface of this VPC has it, that tells its
        security groups and subnet, too. In another VPC of the account that address may be another machine's."""
        named = not _is_address(host)
        addresses = _addresses(host)
        networks = tuple(str(ipaddress.ip_network(one)) for one in addresses)
        with aws_errors(f"find the network interface of {host}"):
            rows = [
                row
                for address in addresses
                for row in self._ec2.describe_network_interfaces(
                    Filters=[
                        {"Name": "addresses.private-ip-address", "Values": [address]},
                        {"Name": "vpc-id", "Values": [vpc]},
                    ]
                )["NetworkInterfaces"]
            ]
        if not rows:
            return End(name, host, port, networks, named)
        places, _ = self._places(sorted({row["SubnetId"] for row in rows}))
        groups = self._groups(sorted({one["GroupId"] for row in rows for one in row.get("Groups", [])}))
        return End(name, host, port, networks, named, groups, places)

    def _places(self, subnet_ids: Sequence[str]) -> tuple[tuple[Place, ...], str]:
        with aws_errors("describe subnets, routes and network ACLs"):
            subnets = self._ec2.describe_subnets(SubnetIds=list(subnet_ids))["Subnets"]
            within = [{"Name": "vpc-id", "Values": sorted({row["VpcId"] for row in subnets})}]
            tables = _all(self._ec2, "describe_route_tables", "RouteTables", within)
            acls = _all(self._ec2, "describe_network_acls", "NetworkAcls", within)
        places = tuple(_place(row, tables, acls) for row in subnets)
        return places, str(subnets[0]["VpcId"])

    def _default_group(self, vpc: str) -> list[str]:
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
        return [row["GroupId"] for row in self._ec2.describe_security_groups(Filters=filters)["SecurityGroups"]]

    def _groups(self, ids: Sequence[str]) -> tuple[SecurityGroup, ...]:
        if not ids:
            return ()
        with aws_errors("describe security groups"):
            rows = self._ec2.describe_security_groups(GroupIds=list(ids))["SecurityGroups"]
        return tuple(
            SecurityGroup(row["GroupId"], _rules(row["IpPermissions"]), _rules(row["IpPermissionsEgress"]))
            for row in rows
        )


def _all(client: Any, operation: str, member: str, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for page in client.get_paginator(operation).paginate(Filters=filters) for row in page[member]]


def _rules(rows: Iterable[dict[str, Any]]) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            None if row["IpProtocol"] in ALL else (int(row["FromPort"]), int(row["ToPort"])),
            tuple(one["CidrIp"] for one in row.get("IpRanges", []))
            + tuple(one["CidrIpv6"] for one in row.get("Ipv6Ranges", [])),
            tuple(one["GroupId"] for one in row.get("UserIdGroupPairs", [])),
            tuple(one["PrefixListId"] for one in row.get("PrefixListIds", [])),
        )
        for row in rows
        if row["IpProtocol"] in (*ALL, *TCP)
    )


def _place(subnet: dict[str, Any], tables: list[dict[str, Any]], acls: list[dict[str, Any]]) -> Place:
    """A subnet without a route table or network ACL of its own has the VPC's main one."""
    table, acl = _of(subnet, tables), _of(subnet, acls)
    routes = tuple(
        Route(network, _target(row), row.get("State", "active") == "active")
        for row in table.get("Routes", [])
        if (network := row.get("DestinationCidrBlock") or row.get("DestinationIpv6CidrBlock"))
    )
    lists = sorted({row["DestinationPrefixListId"] for row in table.get("Routes", []) if _by_list(row)})
    return Place(
        subnet["SubnetId"],
        subnet["CidrBlock"],
        _acl(acl),
        str(table.get("RouteTableId", "no route table")),
        routes,
        tuple(lists),
    )


def _by_list(route: dict[str, Any]) -> bool:
    """Not one of a gateway endpoint: that leads to S3 or DynamoDB alone."""
    return "DestinationPrefixListId" in route and not _target(route).startswith("vpce-")


def _of(subnet: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [row for row in rows for link in row.get("Associations", []) if link.get("SubnetId") == subnet["SubnetId"]]
    default = [
        row
        for row in rows
        if row["VpcId"] == subnet["VpcId"]
        and (row.get("IsDefault") or any(link.get("Main") for link in row.get("Associations", [])))
    ]
    return (mine or default or [{}])[0]


def _target(route: dict[str, Any]) -> str:
    keys = ("GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId")
    return next((str(route[key]) for key in keys if route.get(key)), "something")


def _acl(row: dict[str, Any]) -> Acl:
    rules = tuple(
        AclRule(
            int(one["RuleNumber"]),
            bool(one["Egress"]),
            one["RuleAction"] == "allow",
            one.get("CidrBlock") or one["Ipv6CidrBlock"],
            None if str(one["Protocol"]) in ALL else (int(one["PortRange"]["From"]), int(one["PortRange"]["To"])),
        )
        for one in row.get("Entries", [])
        if str(one["Protocol"]) in (*ALL, *TCP)
    )
    return Acl(str(row.get("NetworkAclId", "no network ACL")), rules)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _addresses(host: str) -> list[str]:
    """Resolved where this program runs; nothing for a name that only DMS's VPC may know, and nothing of this machine:
    that is a stand-in's."""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, None, family=socket.AF_INET)}
    except OSError:
        return []
    return sorted(one for one in found if not ipaddress.ip_address(one).is_loopback)
