"""`replicate start` does not end well while a table is left behind: one that was never loaded, or one whose changes are
refused between its load and the last proof. Both are named, mended, and gone on from."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from migrate.sandbox import client
from tests.scenarios.complaint import told_people
from tests.scenarios.theatre import LONG, Staged, stage, stands_still_after

pytestmark = [pytest.mark.server, pytest.mark.slow]

BEFORE_CHANGES = {"postgres/ledger": "target/analyze", "mysql/shop": "schema/compare"}
"""The last step between the load and the first change. On MySQL both schemas were compared by then, and the fault is no
difference of theirs."""
REFUSED = {"postgres/ledger": "ledger.event_log", "mysql/shop": "shop.event_log"}
"""No other table hangs on it: nothing but the proof misses its rows."""
UNSEEN = """
import migrate.aws.task_calls as calls, migrate.stages.replicate.wholeness as wholeness
wholeness.LATE_SECONDS = 1.0
rows = calls.TaskCalls.rows
calls.TaskCalls.rows = lambda self, arn: [row for row in rows(self, arn) if row["TableName"] != "event_log"]
"""
"""DMS tells nothing of a table that its login cannot see, and ends the load well."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(sample, marks=pytest.mark.xdist_group(f"left-behind-{sample}")) for sample in REFUSED],
)
def provisioned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    for staged in stage(tmp_path_factory.mktemp("left-behind"), sample=request.param, scale=0.01):
        staged.must("assess")
        staged.must("provision", "apply")
        yield staged


def name_of(staged: Staged) -> str:
    return f"{staged.sample.engine.value}/{staged.sample.name}"


def ended(staged: Staged, step: str) -> bool:
    return ("done", f"{step}:main") in [entry[1:] for entry in staged.journal("replicate-1")]


def refused_by(staged: Staged, table: str) -> None:
    """Wait until the target refused changes of it."""
    deadline = time.monotonic() + LONG
    while True:
        feeds = staged.run("replicate", "status", "--format", "json").json["tasks"]
        if table in {one["table"] for feed in feeds for one in feed["apply_exceptions"] or ()}:
            return
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_a_load_without_a_table_is_not_gone_on_from(provisioned: Staged) -> None:
    complaint = told_people(provisioned, provisioned.run("replicate", "start", sabotage=UNSEEN))
    assert (complaint.exit, complaint.code) == (3, "REP-012")
    assert f"{provisioned.sample.database}.event_log (not known to the task)" in complaint.message
    assert "DMS's login may read" in complaint.hint
    assert not ended(provisioned, "dms/full-load")


def test_changes_that_are_lost_behind_the_load_are_no_success(provisioned: Staged) -> None:
    staged, table = provisioned, REFUSED[name_of(provisioned)]
    step = BEFORE_CHANGES[name_of(staged)]
    staged.kill_after(staged.start("replicate", "start", sabotage=stands_still_after(step)), step)
    assert ended(staged, "dms/full-load")
    assert not ended(staged, "dms/follow")
    client.set_fault(staged.sandbox.control_url, "apply-error", table=table)
    with staged.application() as application:
        application.write(40)
    follow = "dms/follow:main"
    following = staged.start("replicate", "start", sabotage=stands_still_after(follow))
    refused_by(staged, table)
    client.clear_faults(staged.sandbox.control_url, "apply-error")
    staged.kill_after(following, follow)
    for _ in range(2):
        complaint = told_people(staged, staged.run("replicate", "start"))
        assert (complaint.exit, complaint.code) == (3, "REP-013")
        assert f"awsdms_apply_exceptions: {table} (" in complaint.message
        assert "replicate reload" in complaint.hint
    assert staged.status()["next_command"] == "aurora-migrate replicate start"


def test_the_table_is_loaded_again_and_the_set_up_ends(provisioned: Staged) -> None:
    staged, table = provisioned, REFUSED[name_of(provisioned)]
    staged.must("replicate", "reload", table)
    staged.must("replicate", "start")
    staged.must("validate")
