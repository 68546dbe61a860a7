"""The target's writer is taken from it on purpose, on real servers, while the application writes and DMS follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.complaint import refused, told_people
from tests.scenarios.theatre import Staged, replicated, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("drills")]


@pytest.fixture(scope="module", params=["postgres/ledger", "mysql/shop"])
def drilled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """The tests of this module tell one story on it, in order."""
    for found in stage(tmp_path_factory.mktemp("drilled"), sample=request.param, scale=0.02):
        yield replicated(found)


def cluster(staged: Staged) -> Any:
    (found,) = staged.boto("rds").describe_db_clusters()["DBClusters"]
    return found


def name(staged: Staged) -> str:
    return str(cluster(staged)["DBClusterIdentifier"])


def drill(staged: Staged, more: int = 40) -> Any:
    """Confirmed, while the application writes before and after."""
    with staged.application() as application:
        application.write(more)
        ran = staged.must("drill", "failover", "--confirm", name(staged), "--format", "json")
        application.write(more)
    return ran.json


def reported(staged: Staged) -> Any:
    return staged.must("report", "--format", "json").json["drills"]


def test_nothing_is_done_before_the_cluster_is_confirmed(drilled: Staged) -> None:
    before = drilled.journal()
    for confirmed in ((), ("--confirm", "another")):
        complaint = refused(drilled, "drill", "failover", *confirmed)
        assert (complaint.exit, complaint.code) == (3, "DRL-001")
        assert f"--confirm {name(drilled)}" in complaint.hint
    assert drilled.journal() == before
    assert reported(drilled) == []


def test_a_reader_takes_over_and_nothing_acknowledged_is_gone(drilled: Staged) -> None:
    before = {one["DBInstanceIdentifier"]: one["IsClusterWriter"] for one in cluster(drilled)["DBClusterMembers"]}
    found = drill(drilled)
    assert before[found["writer"]] is True
    assert before[found["successor"]] is False
    assert found["acknowledged"] >= 40
    assert found["lost"] == 0
    assert found["outage_seconds"] > 0
    assert found["feed_seconds"] is not None, "DMS went on through the failover"
    (shown,) = reported(drilled)
    assert {name: shown[name] for name in ("outage_seconds", "acknowledged", "lost", "writer")} == {
        name: found[name] for name in ("outage_seconds", "acknowledged", "lost", "writer")
    }
    assert ("drill-1", "intent", "drill/failover") in drilled.journal()


def test_a_writer_that_stands_alone_is_rebooted(drilled: Staged) -> None:
    for one in cluster(drilled)["DBClusterMembers"]:
        if not one["IsClusterWriter"]:
            drilled.boto("rds").delete_db_instance(DBInstanceIdentifier=one["DBInstanceIdentifier"])
    (alone,) = cluster(drilled)["DBClusterMembers"]
    found = drill(drilled)
    assert found["writer"] == found["successor"] == alone["DBInstanceIdentifier"]
    assert found["lost"] == 0
    assert [one["successor"] for one in reported(drilled)] == [alone["DBInstanceIdentifier"]] * 2


def test_what_the_drill_went_through_compares_equal_and_is_cut_over(drilled: Staged) -> None:
    drilled.must("validate")
    for approver in ("Ada", "Grace"):
        drilled.must("cutover", "approve", "--by", approver)
    drilled.must("cutover", "run")
    complaint = told_people(drilled, drilled.run("drill", "failover", "--confirm", name(drilled)))
    assert (complaint.exit, complaint.code) == (3, "DRL-002")
    drilled.must("report", "verify")
