"""Who reaches the cluster: members of security groups, never an address range."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import GetAtt, Output, Ref, Template, ec2, rds

from migrate.model.cluster import ClusterSpec


@dataclass(frozen=True)
class Network:
    """References to the subnet group, the cluster's security group, and its clients'."""

    subnet_group: object
    cluster_group: object
    client_group: object


def add(template: Template, spec: ClusterSpec) -> Network:
    """Subnet group, the cluster's security group, and one for its clients (applications, DMS, bastion)."""
    subnets = template.add_resource(
        rds.DBSubnetGroup(
            "SubnetGroup", DBSubnetGroupDescription=f"aurora-migrate {spec.stack}", SubnetIds=list(spec.subnet_ids)
        )
    )
    cluster = group(template, spec, "ClusterGroup", "cluster")
    clients = group(template, spec, "ClientGroup", "clients")
    admit(template, "FromClients", cluster, clients, spec.port, "members of the clients' group")
    for given in spec.client_groups:
        title = f"From{given.replace('-', '').capitalize()}"
        admit(template, title, cluster, given, spec.port, f"members of {given}")
    template.add_output(
        Output(
            "ClientSecurityGroup",
            Description="Give this group to whatever connects to the cluster",
            Value=clients,
        )
    )
    template.add_output(Output("SubnetGroupName", Value=Ref(subnets)))
    return Network(Ref(subnets), cluster, clients)


def group(template: Template, spec: ClusterSpec, title: str, whose: str) -> object:
    """A security group without any ingress; the reference to its id."""
    made = template.add_resource(
        ec2.SecurityGroup(title, GroupDescription=f"aurora-migrate {spec.stack} {whose}", VpcId=spec.vpc_id)
    )
    return GetAtt(made, "GroupId")


def admit(template: Template, title: str, into: object, source: object, port: int, why: str) -> None:
    """Let the members of one security group reach one port of another's."""
    template.add_resource(
        ec2.SecurityGroupIngress(
            title,
            GroupId=into,
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            SourceSecurityGroupId=source,
            Description=why,
        )
    )
