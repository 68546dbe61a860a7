"""A migration to a cluster that some team made by hand: `[target] cluster` in place of a stack, all else as ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("given-cluster")]
NAME = "made-by-hand"


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    yield from stage(tmp_path_factory.mktemp("given"), scale=0.01)


def test_rows_go_there_and_are_proven_and_the_cluster_outlives_the_migration(staged: Staged) -> None:
    rds = staged.boto("rds")
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="theirs", DBParameterGroupFamily="aurora-postgresql17", Description="theirs"
    )
    needed = {"rds.force_ssl": "1", "rds.logical_replication": "1", "max_replication_slots": "20"}
    rows = [
        {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
        for name, value in needed.items()
    ]
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="theirs", Parameters=rows)
    ec2 = staged.boto("ec2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    rds.create_db_subnet_group(DBSubnetGroupName="theirs", DBSubnetGroupDescription="theirs", SubnetIds=subnets)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    theirs, dms = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("theirs", "dms")
    )
    rds.create_db_cluster(
        DBClusterIdentifier=NAME, Engine="aurora-postgresql", EngineVersion="17.5", MasterUsername="dba",
        ManageMasterUserPassword=True, DBClusterParameterGroupName="theirs", DatabaseName=staged.sample.database,
        DBSubnetGroupName="theirs", VpcSecurityGroupIds=[theirs],
    )  # fmt: skip
    rds.create_db_instance(
        DBInstanceIdentifier=f"{NAME}-1", DBClusterIdentifier=NAME, Engine="aurora-postgresql",
        DBInstanceClass="db.r7g.large",
    )  # fmt: skip
    file = staged.home / "migration.toml"
    lines = file.read_text().replace(f'stack = "{staged.sample.name}-aurora"', f'cluster = "{NAME}"')
    lines = lines.replace("[target]\n", '[target]\nmaster_username = "dba"\n')
    file.write_text(f'{lines}\n[replication]\nsecurity_group_ids = ["{dms}"]\n')

    staged.must("assess")
    staged.must("provision", "apply")
    assert staged.status()["next_command"] == "aurora-migrate replicate start"
    refused = staged.run("replicate", "start")
    port = rds.describe_db_clusters()["DBClusters"][0]["Port"]
    assert f"{theirs}: add inbound TCP {port} from {dms}" in refused.err, "nobody let DMS in yet"
    pair = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{"GroupId": dms}]}
    ec2.authorize_security_group_ingress(GroupId=theirs, IpPermissions=[pair])
    staged.must("replicate", "start")
    staged.must("validate")
    staged.must("replicate", "destroy", "--confirm", staged.sample.name)
    staged.must("cleanup", "--confirm", staged.sample.name, "--abandon")
    refused = staged.run("provision", "destroy", "--confirm", NAME, "--lift-protection")
    assert refused.code == 3
    assert "PRV-034" in refused.err
    [stands] = rds.describe_db_clusters()["DBClusters"]
    assert (stands["DBClusterIdentifier"], stands["Status"]) == (NAME, "available")
    assert staged.boto("cloudformation").describe_stacks()["Stacks"] == []
