"""Who reaches the cluster: members of one security group, nobody else."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import GetAtt, Output, Ref, Template, ec2, rds

from migrate.model.cluster import ClusterSpec


@dataclass(frozen=True)
class Network:
    subnet_group: rds.DBSubnetGroup
    cluster_group: ec2.SecurityGroup


def add(template: Template, spec: ClusterSpec) -> Network:
    """Subnet group, the cluster's security group, and one for its clients (applications, DMS, bastion)."""
    subnets = template.add_resource(
        rds.DBSubnetGroup(
            "SubnetGroup", DBSubnetGroupDescription=f"aurora-migrate {spec.stack}", SubnetIds=list(spec.subnet_ids)
        )
    )
    cluster = template.add_resource(
        ec2.SecurityGroup("ClusterGroup", GroupDescription=f"aurora-migrate {spec.stack} cluster", VpcId=spec.vpc_id)
    )
    clients = template.add_resource(
        ec2.SecurityGroup("ClientGroup", GroupDescription=f"aurora-migrate {spec.stack} clients", VpcId=spec.vpc_id)
    )
    template.add_resource(
        ec2.SecurityGroupIngress(
            "FromClients",
            GroupId=GetAtt(cluster, "GroupId"),
            IpProtocol="tcp",
            FromPort=spec.port,
            ToPort=spec.port,
            SourceSecurityGroupId=GetAtt(clients, "GroupId"),
            Description="members of the clients' group",
        )
    )
    template.add_output(
        Output(
            "ClientSecurityGroup",
            Description="Give this group to whatever connects to the cluster",
            Value=GetAtt(clients, "GroupId"),
        )
    )
    template.add_output(Output("SubnetGroupName", Value=Ref(subnets)))
    return Network(subnets, cluster)
