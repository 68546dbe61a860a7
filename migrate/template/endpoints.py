"""Endpoints beside the cluster's two: one for chosen readers, and private ways to AWS's services."""

from __future__ import annotations

from troposphere import Ref, Sub, Template, ec2, rds

from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import CustomEndpoint
from migrate.template import network

HTTPS = 443


def add_custom(template: Template, endpoint: CustomEndpoint) -> None:
    """An endpoint of readers that were chosen, for reports that must not slow the others down."""
    template.add_resource(
        rds.DBClusterEndpoint(
            "CustomEndpoint",
            DBClusterIdentifier=Ref("Cluster"),
            DBClusterEndpointIdentifier=endpoint.name,
            CustomEndpointType="READER",
            StaticMembers=[Ref(f"Reader{number}") for number in endpoint.readers],
        )
    )


def add_private(template: Template, spec: ClusterSpec, reach: network.Network) -> None:
    """Interface endpoints, for subnets without a way out: the cluster's clients reach these services privately."""
    mine = network.group(template, spec, "EndpointGroup", "endpoints")
    network.admit(template, "EndpointFromClients", mine, reach.client_group, HTTPS, "members of the clients' group")
    for service in spec.vpc_endpoints:
        template.add_resource(
            ec2.VPCEndpoint(
                f"{''.join(part.capitalize() for part in service.split('-'))}Endpoint",
                VpcEndpointType="Interface",
                ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
                VpcId=spec.vpc_id,
                SubnetIds=list(spec.subnet_ids),
                SecurityGroupIds=[mine],
                PrivateDnsEnabled=True,
            )
        )
