"""RDS Proxy before the writer, for applications. Replication cannot pass it: DMS keeps to the cluster's endpoint."""

from __future__ import annotations

from troposphere import GetAtt, Output, Ref, Template, iam, rds

from checks.route import TargetEngine
from migrate.model.cluster import ClusterSpec
from migrate.model.cluster_options import Proxy, SecretUse
from migrate.template import network
from migrate.template.policy import policy, trust

FAMILIES = {TargetEngine.AURORA_POSTGRESQL: "POSTGRESQL", TargetEngine.AURORA_MYSQL: "MYSQL"}


def add(
    template: Template,
    spec: ClusterSpec,
    proxy: Proxy,
    reach: network.Network,
    secrets: dict[SecretUse, object],
    key: object,
) -> None:
    """Clients reach the proxy, the proxy reaches the cluster, each by its security group; TLS on both ways."""
    mine = network.group(template, spec, "ProxyGroup", "proxy")
    network.admit(template, "ProxyFromClients", mine, reach.client_group, spec.port, "members of the clients' group")
    network.admit(template, "FromProxy", reach.cluster_group, mine, spec.port, "the proxy")
    secret = secrets[SecretUse.APPLICATION]
    role = template.add_resource(_role(secret, key))
    made = template.add_resource(
        rds.DBProxy(
            "Proxy",
            DBProxyName=spec.stack,
            EngineFamily=FAMILIES[spec.engine],
            RequireTLS=True,
            IdleClientTimeout=proxy.idle_seconds,
            RoleArn=GetAtt(role, "Arn"),
            Auth=[rds.AuthFormat(AuthScheme="SECRETS", IAMAuth="DISABLED", SecretArn=secret)],
            VpcSubnetIds=list(spec.subnet_ids),
            VpcSecurityGroupIds=[mine],
        )
    )
    template.add_resource(
        rds.DBProxyTargetGroup(
            "ProxyTargets",
            DependsOn=["Writer"],
            DBProxyName=Ref(made),
            TargetGroupName="default",
            DBClusterIdentifiers=[Ref("Cluster")],
            ConnectionPoolConfigurationInfo=rds.ConnectionPoolConfigurationInfoFormat(
                MaxConnectionsPercent=proxy.connections_percent
            ),
        )
    )
    template.add_output(Output("ProxyEndpoint", Value=GetAtt(made, "Endpoint")))


def _role(secret: object, key: object) -> iam.Role:
    reads = policy(
        {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": [secret]},
        {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [key]},
    )
    return iam.Role(
        "ProxyRole",
        AssumeRolePolicyDocument=trust("rds.amazonaws.com"),
        Policies=[iam.Policy(PolicyName="ReadItsSecret", PolicyDocument=reads)],
    )
