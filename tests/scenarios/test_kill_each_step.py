"""SIGKILL of the orchestrator after each of the seven steps of a cutover; then resume, or rollback. Nothing is lost."""

from __future__ import annotations

import pytest

from migrate.sandbox import client
from tests.scenarios.killing import SEVEN, WAYS, killed_after
from tests.scenarios.theatre import Staged

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("kill")]


@pytest.mark.parametrize("way_on", WAYS, ids=["resume", "rollback"])
@pytest.mark.parametrize(("name", "step"), SEVEN, ids=[name for name, _ in SEVEN])
def test_killed_after(ready: Staged, name: str, step: str, way_on: tuple[str, ...]) -> None:
    killed_after(ready, name, step, way_on)


def test_the_source_opens_again_though_the_target_is_gone(ready: Staged) -> None:
    """What cannot be undone now is named and stays to be done: it does not keep the application waiting."""
    with ready.application() as application:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        ready.kill_after(ready.start("cutover", "run"), "close/capture-position")
        client.fault(ready.sandbox.control_url, "stop-server", "cluster/ledger-aurora")
        ran = ready.run("rollback")
        assert ran.code == 7, ran.err
        assert "close/feed-account" in ran.err
        application.write(60)
        client.fault(ready.sandbox.control_url, "start-server", "cluster/ledger-aurora")
        ready.must("rollback")
        assert ready.status()["open_run"] is None
        application.write(60)
    assert ready.judge("source")["verdict"] == "kept"


def test_a_way_back_that_stands_is_started_again(ready: Staged) -> None:
    """Killed once it ran, and it ended meanwhile: the resume would wait in vain for its marker."""
    with ready.application() as application:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        ready.kill_after(ready.start("cutover", "run"), "after/start-way-back")
        dms = ready.boto("dms")
        (task,) = [
            task["ReplicationTaskArn"]
            for task in dms.describe_replication_tasks()["ReplicationTasks"]
            if "-reverse-" in task["ReplicationTaskIdentifier"] and task["Status"] == "running"
        ]
        dms.stop_replication_task(ReplicationTaskArn=task)
        dms.get_waiter("replication_task_stopped").wait(
            Filters=[{"Name": "replication-task-arn", "Values": [task]}], WaiterConfig={"Delay": 1}
        )
        ready.must("cutover", "resume")
        application.write(60)
        ready.must("rollback")
        application.write(60)
    assert ready.judge("source")["verdict"] == "kept"
