"""The target's cluster is restored beside it, on real servers, while the application writes and DMS follows."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from checks.route import Engine
from migrate.model.drill import RESTORE_MARK
from tests.scenarios.complaint import ended, refused, told_people
from tests.scenarios.doors import mysql_connection
from tests.scenarios.theatre import LONG, Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("restore-drills")]

RDS = "migrate.aws.restore.RdsRestores"


@pytest.fixture(scope="module", params=["postgres/ledger", "mysql/shop"])
def drilled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """The tests of this module tell one story on it, in order."""
    for found in stage(tmp_path_factory.mktemp("restored"), sample=request.param, scale=0.02):
        yield replicated(found)


def clusters(staged: Staged) -> list[str]:
    return [row["DBClusterIdentifier"] for row in staged.boto("rds").describe_db_clusters()["DBClusters"]]


def name(staged: Staged) -> str:
    (found,) = [one for one in clusters(staged) if "-drill-" not in one]
    return found


def reported(staged: Staged) -> Any:
    return staged.must("report", "--format", "json").json


def left(staged: Staged) -> dict[str, str]:
    """Restored clusters that `cleanup` names, and why it keeps them."""
    found = staged.must("cleanup", "--format", "json").json["leftovers"]
    return {one["name"]: one["kept"] for one in found if one["kind"] == "restored cluster"}


def stands_still(at: str) -> str:
    """Python that lets the command stand still before it asks RDS for something."""
    return f"import time, migrate.aws.restore\n{RDS}.{at} = lambda *_: time.sleep({LONG})"


@contextlib.contextmanager
def later_table(staged: Staged) -> Iterator[None]:
    """A table on the target that was not there before."""
    login = staged.target()
    mysql = staged.engine("target") is Engine.MYSQL
    table = f"{staged.source.database}.made_later" if mysql else "ledger.made_later"
    connected: Any = mysql_connection(login) if mysql else psycopg.connect(**login, autocommit=True)
    with contextlib.closing(connected) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (n INT PRIMARY KEY)")
        try:
            yield
        finally:
            cursor.execute(f"DROP TABLE {table}")


def wait_until(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not come():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def killed(staged: Staged, at: str, seen: int) -> None:
    """A drill that is killed before it asks RDS for `at`, once so many clusters stand beside the target's."""
    drill = staged.start("drill", "restore", "--confirm", name(staged), sabotage=stands_still(at))

    def reached() -> bool:
        meant = any(step == "drill/restore" for _, _, step in staged.written(drill))
        return meant and len(clusters(staged)) == 1 + seen

    staged.kill_when(drill, reached)


def test_nothing_is_done_before_the_cluster_is_confirmed(drilled: Staged) -> None:
    before = drilled.journal()
    for confirmed in ((), ("--confirm", "another")):
        complaint = refused(drilled, "drill", "restore", *confirmed)
        assert (complaint.exit, complaint.code) == (3, "DRL-008")
        assert f"--confirm {name(drilled)}" in complaint.hint
    assert drilled.journal() == before
    report = reported(drilled)
    assert report["restores"] == []
    assert [one for one in report["unproven"] if one.startswith("No restore of the target")]


def test_a_restore_gives_back_every_acknowledged_row_and_is_deleted_again(drilled: Staged) -> None:
    with drilled.application() as application:
        application.write(40)
        found = drilled.must("drill", "restore", "--confirm", name(drilled), "--format", "json").json
        application.write(40)
    assert found["restored"] == f"{name(drilled)}-drill-1"
    assert found["recovery_seconds"] > 0
    assert found["point_seconds"] >= 0
    assert found["found"] == found["acknowledged"] >= 20, "the sandbox restores to the present"
    assert (found["later"], found["missing"], found["missing_tables"]) == (0, 0, [])
    assert found["tables"] > 0
    assert clusters(drilled) == [name(drilled)]
    report = reported(drilled)
    (shown,) = report["restores"]
    same = ("restored", "recovery_seconds", "point_seconds", "acknowledged", "tables")
    assert {one: shown[one] for one in same} == {one: found[one] for one in same}
    assert not [one for one in report["unproven"] if one.startswith("No restore of the target")]
    assert ("restore-1", "intent", "drill/restore") in drilled.journal()


def test_a_drill_that_is_killed_before_its_call_leaves_nothing(drilled: Staged) -> None:
    killed(drilled, "begin", 0)
    assert left(drilled) == {}
    assert len(reported(drilled)["restores"]) == 1


def test_what_a_killed_drill_left_is_named_by_cleanup_and_deleted_by_the_next_drill(drilled: Staged) -> None:
    killed(drilled, "add_writer", 1)
    first = f"{name(drilled)}-drill-3"
    assert left(drilled) == {first: ""}
    ran = drilled.must("drill", "restore", "--confirm", name(drilled), "--format", "json")
    assert f"{first} was left by a drill that was broken off" in ran.err
    assert ran.json["restored"] == f"{name(drilled)}-drill-4"
    assert clusters(drilled) == [name(drilled)]
    assert left(drilled) == {}


def test_ctrl_c_takes_the_cluster_away_and_leaves_nothing(drilled: Staged) -> None:
    drill = drilled.start("drill", "restore", "--confirm", name(drilled), sabotage=stands_still("add_writer"))
    wait_until(lambda: len(clusters(drilled)) == 2)
    drill.send_signal(signal.SIGINT)
    assert ended(drill).code == 130
    assert clusters(drilled) == [name(drilled)]
    assert left(drilled) == {}


def test_a_cluster_that_no_drill_made_is_named_and_left_alone(drilled: Staged) -> None:
    odd = f"{name(drilled)}-drill-6"
    drilled.boto("rds").restore_db_cluster_to_point_in_time(
        DBClusterIdentifier=odd, SourceDBClusterIdentifier=name(drilled), UseLatestRestorableTime=True,
        Tags=[{"Key": RESTORE_MARK, "Value": drilled.sample.name}],
    )  # fmt: skip
    assert list(left(drilled)) == [odd]
    assert "journal does not tell" in left(drilled)[odd]
    ran = drilled.must("drill", "restore", "--confirm", name(drilled), "--format", "json")
    assert "its journal does not know it" in ran.err
    assert ran.json["restored"] == f"{name(drilled)}-drill-7"
    assert sorted(clusters(drilled)) == sorted([name(drilled), odd])
    drilled.boto("rds").delete_db_cluster(DBClusterIdentifier=odd, SkipFinalSnapshot=True)


def test_a_snapshot_that_there_is_not_is_refused_before_anything_is_done(drilled: Staged) -> None:
    before = drilled.journal()
    for wanted in ("zero", "nightly"):
        ran = drilled.run("drill", "restore", "--from-snapshot", wanted, "--confirm", name(drilled))
        complaint = told_people(drilled, ran)
        assert (complaint.exit, complaint.code) == (3, "DRL-014")
    complaint = told_people(drilled, drilled.run("drill", "restore", "--from-snapshot", "nightly"))
    assert (complaint.code, f"--from-snapshot nightly --confirm {name(drilled)}" in complaint.hint) == ("DRL-008", True)
    assert drilled.journal() == before


def test_a_restore_from_a_snapshot_gives_what_was_there_before_it(drilled: Staged) -> None:
    nightly = f"{name(drilled)}-nightly"
    drilled.boto("rds").create_db_cluster_snapshot(
        DBClusterIdentifier=name(drilled), DBClusterSnapshotIdentifier=nightly
    )
    drill = ("drill", "restore", "--from-snapshot")
    complaint = told_people(drilled, drilled.run(*drill, f"{nightly}s", "--confirm", name(drilled)))
    assert (complaint.code, complaint.hint) == ("DRL-014", f"Did you mean {nightly}?")
    found = drilled.must(*drill, "latest", "--confirm", name(drilled), "--format", "json").json
    assert found["restored"].startswith(f"{name(drilled)}-drill-")
    assert found["snapshot"] == nightly
    assert found["recovery_seconds"] > 0
    assert 0 < found["point_seconds"] < LONG
    assert found["found"] == found["acknowledged"] >= 20, "rows of the drills before it"
    assert (found["later"], found["missing"], found["missing_tables"]) == (0, 0, [])
    assert found["tables"] > 0
    assert clusters(drilled) == [name(drilled)]
    shown = reported(drilled)["restores"][-1]
    same = ("restored", "snapshot", "recovery_seconds", "point_seconds", "acknowledged", "tables")
    assert {one: shown[one] for one in same} == {one: found[one] for one in same}


def test_a_table_that_was_made_after_the_snapshot_is_not_in_it(drilled: Staged) -> None:
    """And so what was looked into was the snapshot's data, not the cluster's."""
    nightly = f"{name(drilled)}-nightly"
    with later_table(drilled):
        ran = drilled.run("drill", "restore", "--from-snapshot", nightly, "--confirm", name(drilled))
    complaint = told_people(drilled, ran)
    assert (complaint.exit, complaint.code) == (3, "DRL-018")
    assert "made_later" in complaint.message
    assert clusters(drilled) == [name(drilled)]


def test_it_is_refused_while_a_cutover_is_open_and_allowed_once_the_application_runs_there(drilled: Staged) -> None:
    drilled.must("validate")
    for approver in ("Ada", "Grace"):
        drilled.must("cutover", "approve", "--by", approver)
    cutover = drilled.start("cutover", "run")
    drilled.kill_after(cutover, "open/")
    complaint = told_people(drilled, drilled.run("drill", "restore", "--confirm", name(drilled)))
    assert (complaint.exit, complaint.code) == (4, "STA-028")
    assert ended(drilled.start("cutover", "resume")).code == 0
    with drilled.application() as application:
        application.write(20)
        drilled.must("drill", "restore", "--confirm", name(drilled))
        application.write(20)
    assert clusters(drilled) == [name(drilled)]
    drilled.must("report", "verify")


def test_the_snapshot_that_the_cutover_took_is_restored(drilled: Staged) -> None:
    ran = drilled.must("drill", "restore", "--from-snapshot", "latest", "--confirm", name(drilled), "--format", "json")
    found = ran.json
    assert found["snapshot"].startswith(f"{name(drilled)}-before-cutover-")
    assert found["found"] == found["acknowledged"] >= 20
    assert found["missing_tables"] == []
    assert clusters(drilled) == [name(drilled)]


def test_cleanup_deletes_what_a_killed_drill_left(drilled: Staged) -> None:
    killed(drilled, "add_writer", 1)
    assert len(left(drilled)) == 1
    drilled.must("rollback")
    drilled.must("cleanup", "--abandon", "--confirm", drilled.sample.name)
    assert clusters(drilled) == [name(drilled)]
