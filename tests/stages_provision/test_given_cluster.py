"""A cluster that was there before is used as it stands: found by its name, looked over, never made and never ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from migrate.sandbox.client import Launched, launch
from tests.stages_provision.desk import Desk

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("provision-given")]
NAME = "orders-prod"
GIVEN = {"cluster": NAME, "stack": None, "naming": None}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with launch(tmp_path_factory.mktemp("given")) as launched:
        yield launched


@pytest.fixture(scope="module")
def rds(sandbox: Launched) -> Any:
    """RDS with a cluster that some team made by hand, long ago."""
    key = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    rds = boto3.client("rds", endpoint_url=sandbox.endpoint_url, region_name=sandbox.region, **key)
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="theirs", DBParameterGroupFamily="aurora-postgresql17", Description="theirs"
    )
    wanted = {"rds.force_ssl": "1", "rds.logical_replication": "1", "work_mem": "65536"}
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="theirs",
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
            for name, value in wanted.items()
        ],
    )
    rds.create_db_cluster(
        DBClusterIdentifier=NAME,
        Engine="aurora-postgresql",
        EngineVersion="17.5",
        DatabaseName="appdb",
        MasterUsername="dba",
        ManageMasterUserPassword=True,
        DBClusterParameterGroupName="theirs",
        Port=5433,
    )
    rds.create_db_instance(
        DBInstanceIdentifier=f"{NAME}-1",
        DBClusterIdentifier=NAME,
        Engine="aurora-postgresql",
        DBInstanceClass="db.r7g.large",
    )
    return rds


def standing(rds: Any) -> dict[str, Any]:
    """The cluster as RDS tells it, but for what every answer dates anew."""
    [found] = rds.describe_db_clusters(DBClusterIdentifier=NAME)["DBClusters"]
    return {key: value for key, value in found.items() if not key.endswith("RestorableTime")}


def test_it_is_adopted_and_left_as_it_is(desk: Desk, rds: Any, sandbox: Launched) -> None:
    ours: dict[str, Any] = {**GIVEN, "master_username": "dba", "ca_file": str(sandbox.home / "ca-bundle.pem")}
    planned = desk.answers("plan", **ours)
    assert (planned["stack"], planned["kind"], planned["changes"]) == (NAME, "GIVEN", [])

    before = standing(rds)
    adopted = desk.answers("apply", **ours)
    assert (adopted["identifier"], adopted["port"]) == (NAME, before["Port"])
    state = {one["what"]: one["state"] for one in adopted["checks"]}
    assert (state["login by the writer endpoint"], state["row read back by the reader endpoint"]) == ("ok", "ok")
    assert (state["parameters"], state["insights"], adopted["healthy"]) == ("ok", "warning", True)
    assert desk.answers("status", **ours)["healthy"]
    assert desk.answers("drift", **ours)["healthy"]
    assert {"AU201", "AU301"} <= {one["code"] for one in desk.answers("audit", code=3, **ours)["findings"]}

    assert desk.told("export", 2, **ours)["code"] == "PRV-029", "nothing was rendered that could be deployed"
    told = desk.told(f"destroy --confirm {NAME} --lift-protection", 3, **ours)
    assert told["code"] == "PRV-034"
    assert "was there before this migration" in told["message"]
    assert standing(rds) == before
    assert rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"] == []


def test_what_the_file_asks_of_it_and_it_does_not_have_is_a_problem(desk: Desk, rds: Any, sandbox: Launched) -> None:
    ours: dict[str, Any] = {**GIVEN, "master_username": "dba", "ca_file": str(sandbox.home / "ca-bundle.pem")}
    told = desk.told("apply", 3, **ours, parameters={"work_mem": "131072"})
    assert told["code"] == "PRV-040"
    assert "work_mem: 65536 instead of 131072" in told["message"]


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_another_engine_or_none_is_refused(desk: Desk, rds: Any, command: str) -> None:
    told = replace(desk, source="mysql").told(command, 2, **GIVEN, engine="aurora-mysql", version="3.10.0")
    assert told["code"] == "PRV-028"
    assert f"cluster {NAME} is aurora-postgresql, the target is to be aurora-mysql" in told["message"]
    told = desk.told(command, 8, **{**GIVEN, "cluster": "nobody"})
    assert told["code"] == "AWS-NO-CLUSTER"


def test_keys_that_say_how_one_is_made_are_refused_beside_it(desk: Desk) -> None:
    told = desk.told("plan", 2, cluster=NAME, readers=2, backup_retention_days=7)
    assert "leave out backup_retention_days, readers, stack" in told["message"]
