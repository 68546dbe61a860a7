"""Stories about a cluster's snapshots: real data, as it was, of which other clusters are made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from migrate.sandbox.client import Launched
from tests.sandbox.kept_cluster import Scene

pytestmark = [pytest.mark.server, pytest.mark.slow]


def held(sandbox: Launched) -> set[str]:
    """Directories of the data that snapshots hold."""
    return {path.name for path in (sandbox.home / "snapshots").glob("*")}


def test_what_was_there_is_restored_and_what_came_later_is_not(scene: Scene) -> None:
    scene.ask("INSERT INTO kept VALUES (1), (2)")
    before = datetime.now(UTC)
    told = scene.snapshot("taken")
    assert (told["Status"], told["SnapshotType"], told["Engine"]) == ("available", "manual", scene.engine)
    assert told["DbClusterResourceId"] == scene.cluster()["DbClusterResourceId"]
    assert before.replace(microsecond=0) <= told["SnapshotCreateTime"] <= datetime.now(UTC)
    scene.ask("INSERT INTO kept VALUES (3)")
    into = f"{scene.name}-again"
    made = scene.restore_from(told["DBClusterSnapshotIdentifier"], into, EngineVersion=told["EngineVersion"],
                              Tags=[{"Key": "made-by", "Value": "drill"}])  # fmt: skip
    assert made["Status"] == "creating"
    origin, restored = scene.cluster(), scene.cluster(into)
    assert (restored["Status"], restored["DBClusterMembers"]) == ("available", [])
    for one in ("Engine", "EngineVersion", "DatabaseName", "MasterUsername", "StorageEncrypted", "KmsKeyId",
                "BackupRetentionPeriod"):  # fmt: skip
        assert restored[one] == origin[one], one
    assert restored["DbClusterResourceId"] != origin["DbClusterResourceId"]
    assert (restored["DeletionProtection"], restored["TagList"]) == (False, [{"Key": "made-by", "Value": "drill"}])
    scene.ask("INSERT INTO kept VALUES (4)", into)
    assert scene.ask("SELECT n FROM kept ORDER BY n") == [(1,), (2,), (3,)]
    assert scene.ask("SELECT n FROM kept ORDER BY n", into) == [(1,), (2,), (4,)]


def test_what_was_acknowledged_before_its_time_is_in_it_and_no_hole(scene: Scene) -> None:
    over, answered = threading.Event(), list[datetime]()

    def write() -> None:
        with closing(scene.connect()) as connection, connection.cursor() as cursor:
            while not over.is_set():
                cursor.execute("INSERT INTO kept VALUES (%s)", [len(answered)])
                answered.append(datetime.now(UTC))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not answered:
            over.wait(0.01)
        taken = scene.snapshot("under-way")["SnapshotCreateTime"]
    finally:
        over.set()
        writer.join()
    scene.restore_from(f"{scene.name}-under-way", f"{scene.name}-again")
    ((rows, greatest),) = scene.ask("SELECT count(*), max(n) FROM kept", f"{scene.name}-again")
    assert rows == greatest + 1, "no hole"
    assert sum(at < taken for at in answered) <= rows <= len(answered)


def test_a_snapshot_is_restored_as_often_as_wanted_and_by_its_arn_and_from_its_copy(
    scene: Scene, sandbox: Launched
) -> None:
    scene.ask("INSERT INTO kept VALUES (1)")
    arn, name = scene.snapshot("one")["DBClusterSnapshotArn"], f"{scene.name}-one"
    scene.rds.copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier=name, TargetDBClusterSnapshotIdentifier=f"{scene.name}-two"
    )
    scene.restore_from(name, f"{scene.name}-a")
    scene.restore_from(arn, f"{scene.name}-b")
    kept = held(sandbox)
    scene.rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=name)
    assert held(sandbox) == kept, "the copy holds it"
    scene.restore_from(f"{scene.name}-two", f"{scene.name}-c")
    for one in ("a", "b", "c"):
        assert scene.ask("SELECT n FROM kept", f"{scene.name}-{one}") == [(1,)]
    scene.rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=f"{scene.name}-two")
    assert len(kept - held(sandbox)) == 1
    assert scene.ask("SELECT n FROM kept", f"{scene.name}-c") == [(1,)], "a restored cluster lives without it"


def test_the_last_snapshot_of_a_deleted_cluster_holds_its_data(scene: Scene) -> None:
    scene.ask("INSERT INTO kept VALUES (1)")
    scene.rds.modify_db_cluster(DBClusterIdentifier=scene.name, DeletionProtection=False)
    scene.rds.delete_db_instance(DBInstanceIdentifier=f"{scene.name}-1", SkipFinalSnapshot=True)
    last = f"{scene.name}-last"
    scene.rds.delete_db_cluster(DBClusterIdentifier=scene.name, FinalDBSnapshotIdentifier=last)
    assert scene.name not in scene.names()
    scene.restore_from(last, f"{scene.name}-again")
    assert scene.ask("SELECT n FROM kept", f"{scene.name}-again") == [(1,)]


def test_what_cannot_be_restored_is_refused_as_aws_does(scene: Scene) -> None:
    into = f"{scene.name}-again"
    assert scene.refusal_from("nobody", into)[0] == "DBClusterSnapshotNotFoundFault"
    taken = scene.snapshot("taken")["DBClusterSnapshotIdentifier"]
    assert scene.refusal_from(taken, scene.name)[0] == "DBClusterAlreadyExistsFault"
    other = {"aurora-mysql": "aurora-postgresql", "aurora-postgresql": "aurora-mysql"}[scene.engine]
    code, why = scene.refusal_from(taken, into, Engine=other)
    assert (code, why.endswith(f"for {other}")) == ("InvalidParameterCombination", True)
    older = {"aurora-mysql": "8.0.mysql_aurora.3.07.1", "aurora-postgresql": "16.3"}[scene.engine]
    code, why = scene.refusal_from(taken, into, EngineVersion=older)
    assert (code, "is earlier than the engine version" in why) == ("InvalidParameterCombination", True)
    rows = scene.rds.describe_db_cluster_snapshots(DBClusterIdentifier=scene.name, SnapshotType="automated")
    (automated,) = [row["DBClusterSnapshotIdentifier"] for row in rows["DBClusterSnapshots"]]
    code, why = scene.refusal_from(automated, into)
    assert (code, "the sandbox keeps no data" in why) == ("InvalidDBClusterSnapshotStateFault", True)
    assert into not in scene.names()


def test_a_cluster_that_does_not_run_gives_no_snapshot_and_a_name_is_taken_once(scene: Scene) -> None:
    def refused(call: Callable[[], Any]) -> str:
        with pytest.raises(ClientError) as caught:
            call()
        return str(caught.value.response["Error"]["Code"])

    scene.snapshot("taken")
    assert refused(lambda: scene.snapshot("taken")) == "DBClusterSnapshotAlreadyExistsFault"
    scene.rds.stop_db_cluster(DBClusterIdentifier=scene.name)
    assert refused(lambda: scene.snapshot("stopped")) == "InvalidDBClusterStateFault"
    assert scene.snapshots() == [f"{scene.name}-taken"]


def test_while_it_is_made_it_is_not_restored(scene: Scene) -> None:
    """The answer comes when it is there; another caller sees it before."""
    seen: list[str] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            rows = scene.rds.describe_db_cluster_snapshots(DBClusterIdentifier=scene.name, SnapshotType="manual")
            if not seen and [row["Status"] for row in rows["DBClusterSnapshots"]] == ["creating"]:
                seen.append(scene.refusal_from(f"{scene.name}-slow", f"{scene.name}-again")[0])

    looker = threading.Thread(target=look)
    looker.start()
    try:
        assert scene.snapshot("slow")["Status"] == "available"
    finally:
        over.set()
        looker.join()
    assert seen == ["InvalidDBClusterSnapshotStateFault"]
