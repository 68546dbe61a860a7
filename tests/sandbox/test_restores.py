"""Stories about RestoreDBClusterToPointInTime: a second real server, made of the first one's data as it is written."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymysql
import pytest

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql_clone import clone
from tests.sandbox.kept_cluster import Scene

pytestmark = [pytest.mark.server, pytest.mark.slow]

OF_THE_COPYING = {
    "aurora-postgresql": "SELECT slot_name FROM pg_replication_slots",
    "aurora-mysql": "SELECT plugin_name FROM information_schema.plugins WHERE plugin_name = 'clone'",
}


def test_a_restored_cluster_holds_what_was_committed_and_goes_its_own_way(scene: Scene) -> None:
    scene.ask("INSERT INTO kept VALUES (1), (2)")
    into = f"{scene.name}-again"
    told = scene.restore(into, UseLatestRestorableTime=True, Tags=[{"Key": "made-by", "Value": "drill"}])
    assert told["Status"] == "creating"
    origin, restored = scene.cluster(), scene.cluster(into)
    assert restored["Status"] == "available"
    assert restored["DBClusterMembers"] == []
    assert restored["Port"] != origin["Port"]
    for one in ("Engine", "EngineVersion", "DatabaseName", "MasterUsername", "StorageEncrypted", "KmsKeyId",
                "BackupRetentionPeriod"):  # fmt: skip
        assert restored[one] == origin[one], one
    assert (restored["DeletionProtection"], restored["TagList"]) == (False, [{"Key": "made-by", "Value": "drill"}])
    assert "MasterUserSecret" not in restored
    scene.rds.create_db_instance(
        DBInstanceIdentifier=f"{into}-1", DBClusterIdentifier=into, Engine=scene.engine, DBInstanceClass="db.r7g.large"
    )
    (writer,) = scene.cluster(into)["DBClusterMembers"]
    assert writer["IsClusterWriter"]
    scene.ask("INSERT INTO kept VALUES (3)")
    scene.ask("INSERT INTO kept VALUES (4)", into)
    assert scene.ask("SELECT n FROM kept ORDER BY n") == [(1,), (2,), (3,)]
    assert scene.ask("SELECT n FROM kept ORDER BY n", into) == [(1,), (2,), (4,)]
    scene.rds.delete_db_instance(DBInstanceIdentifier=f"{into}-1", SkipFinalSnapshot=True)
    scene.rds.delete_db_cluster(DBClusterIdentifier=into, SkipFinalSnapshot=True)
    assert into not in scene.names()
    assert scene.ask("SELECT count(*) FROM kept") == [(3,)]


def test_what_is_written_while_it_is_copied_is_there_up_to_one_moment(scene: Scene) -> None:
    over, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        with closing(scene.connect()) as connection, connection.cursor() as cursor:
            while not over.is_set():
                cursor.execute("INSERT INTO kept VALUES (%s)", [written])
                written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written:
            over.wait(0.01)
        before = written
        scene.restore(f"{scene.name}-again", UseLatestRestorableTime=True)
    finally:
        over.set()
        writer.join()
    ((rows, greatest),) = scene.ask("SELECT count(*), max(n) FROM kept", f"{scene.name}-again")
    assert rows == greatest + 1, "no hole"
    assert before <= rows <= written


def test_neither_server_keeps_what_only_the_copying_needed(scene: Scene) -> None:
    into = f"{scene.name}-again"
    scene.restore(into, UseLatestRestorableTime=True)
    for name in (scene.name, into):
        assert scene.ask(OF_THE_COPYING[scene.engine], name) == []


def test_a_mysql_without_the_plugin_says_so() -> None:
    class Without:
        def execute(self, statement: str) -> None:
            assert statement.startswith("INSTALL PLUGIN clone")
            raise pymysql.err.OperationalError(1126, "Can't open shared library 'mysql_clone.so'")

    cursor: Any = Without()
    with pytest.raises(SandboxError, match="no clone plugin"):
        clone(cursor, Path("/nowhere"))


def test_a_second_restore_and_a_copy_of_a_copy_are_restored_too(scene: Scene) -> None:
    scene.ask("INSERT INTO kept VALUES (1)")
    scene.restore(f"{scene.name}-a", UseLatestRestorableTime=True, RestoreType="copy-on-write")
    scene.restore(f"{scene.name}-b", RestoreToTime=datetime.now(UTC))
    second = Scene(scene.rds, scene.engine, f"{scene.name}-a", scene.ca_of)
    second.restore(f"{scene.name}-c", UseLatestRestorableTime=True)
    assert scene.ask("SELECT n FROM kept", f"{scene.name}-c") == [(1,)]


def test_the_past_is_refused_for_the_sandbox_keeps_none(scene: Scene) -> None:
    into, now = f"{scene.name}-again", datetime.now(UTC)
    assert scene.cluster()["LatestRestorableTime"] >= now - timedelta(seconds=1)
    code, why = scene.refusal(into, RestoreToTime=now - timedelta(hours=1))
    assert (code, "keeps no history" in why) == ("InvalidParameterValue", True)
    assert scene.refusal(into, RestoreToTime=now + timedelta(hours=1))[0] == "InvalidParameterValue"
    assert scene.refusal(into)[0] == "InvalidParameterCombination"
    both = scene.refusal(into, RestoreToTime=now, UseLatestRestorableTime=True)
    assert both[0] == "InvalidParameterCombination"
    assert scene.refusal(scene.name, UseLatestRestorableTime=True)[0] == "DBClusterAlreadyExistsFault"
    nobody = Scene(scene.rds, scene.engine, "nobody", scene.ca_of)
    assert nobody.refusal(into, UseLatestRestorableTime=True)[0] == "DBClusterNotFoundFault"
    scene.rds.stop_db_cluster(DBClusterIdentifier=scene.name)
    assert scene.refusal(into, UseLatestRestorableTime=True)[0] == "InvalidDBClusterStateFault"
    assert into not in scene.names()
