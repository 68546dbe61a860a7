"""SIGKILL of the orchestrator, and what else dies with it; then the way back. Nothing is lost.

Kills at every step that are gone on with are in tests/chaos, with the whole table of them.
"""

from __future__ import annotations

import psycopg
import pytest

from migrate.sandbox import client
from tests.scenarios.killing import SWITCH, awaited, hangs_under_the_freeze, killed_then_rolled_back
from tests.scenarios.theatre import LONG, Staged, stands_still_after

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("kill")]


@pytest.mark.parametrize("step", ["drain/marker", SWITCH])
def test_killed_then_rolled_back(ready: Staged, step: str) -> None:
    killed_then_rolled_back(ready, step)


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


SLOW_TO_OPEN = """
import time
import migrate.stages.cutover.open as opening
opening.OpenArriving.apply = lambda self, world, before: time.sleep(60.0)
"""


def test_a_person_answers_for_a_source_that_is_gone_after_the_switch(ready: Staged) -> None:
    """Its process was killed between switch and opening, and then the source's server; in the end it comes back."""
    with ready.application() as application, ready.doors(patient=True) as watched:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        source = _source(ready)
        process = ready.start("cutover", "run", sabotage=SLOW_TO_OPEN)
        ready.kill_after(process, "open/fence", "intent")
        client.fault(ready.sandbox.control_url, "stop-server", source)
        ran = ready.run("cutover", "resume")
        assert (ran.code, "--without-leaving --by NAME" in " ".join(ran.err.split())) == (6, True), ran.err
        ready.must("cutover", "resume", "--without-leaving", "--by", "ann")
        application.write(60)
        client.fault(ready.sandbox.control_url, "start-server", source)
        ready.must("cutover", "resume")
        assert ready.status()["open_run"] is None
        application.write(60)
    assert watched.looks > 10
    assert watched.both_open == 0, "both sides were open to the application at one moment"
    assert ready.judge("target")["verdict"] == "kept"
    ready.must("rollback")


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


def test_the_feed_of_the_way_back_is_looked_at_before_its_run_has_ended(ready: Staged) -> None:
    """Killed when the old feed's task was gone, and views were still to be refreshed."""
    with ready.application() as application:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = ready.start("cutover", "run", sabotage=stands_still_after("after/retire-feed:main"))
        ready.kill_after(process, "after/retire-feed")
        assert ready.status()["open_run"] is not None
        report = ready.must("replicate", "status", "--format", "json").json
        (feed,) = report["tasks"]
        assert (report["feeding"], "-reverse-" in feed["task"], feed["status"]) == ("target", True, "running")
        assert (feed["lag"]["arrived"], feed["unseen"]) == (True, []), "the marker came back to the source"
        assert "DMS101" not in ready.must("replicate", "status", "--format", "prometheus").out
        ready.must("cutover", "resume")
        application.write(60)
        ready.must("rollback")
    assert ready.judge("source")["verdict"] == "kept"


def test_a_feed_that_was_stopped_under_the_freeze_ends_it_long_before_the_budget(ready: Staged) -> None:
    """The marker's row is locked on the target, so that the freeze waits for it; then somebody stops the task."""
    with ready.application() as application, psycopg.connect(**ready.target()) as holder:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        process = ready.start("cutover", "run")
        awaited(ready, process, "done", "freeze/fence")
        holder.execute("LOCK TABLE aurora_migrate.marker_forward_main IN SHARE ROW EXCLUSIVE MODE")
        awaited(ready, process, "intent", "drain/marker")
        dms = ready.boto("dms")
        tasks = dms.describe_replication_tasks()["ReplicationTasks"]
        (task,) = [task["ReplicationTaskArn"] for task in tasks if task["Status"] == "running"]
        dms.stop_replication_task(ReplicationTaskArn=task)
        out, err = process.communicate(timeout=LONG)
        assert process.returncode == 3, err
        assert "CUT-041" in err, out + err
        holder.rollback()
        assert ready.status()["open_run"] is None
        application.write(60)
        ready.must("replicate", "resume")
    assert ready.judge("source")["verdict"] == "kept"


@pytest.mark.parametrize("role", ["source", "cluster"])
def test_a_server_that_hangs_under_the_freeze_keeps_nobody_out(ready: Staged, role: str) -> None:
    hangs_under_the_freeze(ready, role)


def test_a_source_that_is_switched_off_before_the_finalize_bars_only_what_is_on_it(ready: Staged) -> None:
    """The last story of this stage: there is no way back from it."""
    source = _source(ready)
    with ready.application() as application:
        application.write(60)
        ready.must("cutover", "approve", "--by", "scenario")
        ready.must("cutover", "run")
        ready.must("cutover", "approve", "--finalize", "--by", "scenario")
        client.fault(ready.sandbox.control_url, "stop-server", source)
        ran = ready.run("cutover", "finalize")
        assert (ran.code, "--without-source --by NAME" in " ".join(ran.err.split())) == (6, True), ran.err
        assert not ready.slots("target", ""), "Aurora's log would be held for ever"
        dms = ready.boto("dms")
        assert not dms.describe_replication_tasks()["ReplicationTasks"]
        assert not dms.describe_replication_instances()["ReplicationInstances"]
        assert ready.run("rollback").code == 4
        assert "on the word of ann" in ready.must("cutover", "finalize", "--without-source", "--by", "ann").out
        assert ready.status()["open_run"] is None
        ready.must("cleanup", "--confirm", ready.sample.name)
        application.write(60)
        client.fault(ready.sandbox.control_url, "start-server", source)
        assert ready.slots("source", ""), "what was left on it"
        ready.must("cleanup", "--confirm", ready.sample.name)
        assert not ready.slots("source", "")
    assert ready.judge("target")["verdict"] == "kept"


def _source(ready: Staged) -> str:
    """What the sandbox calls the source's server."""
    servers = client.status(ready.sandbox.control_url)["servers"]
    return next(f"source/{server['name']}" for server in servers if server["role"] == "source")
