"""`replicate status` beside a real PostgreSQL feed: what it shows, and the lies of DMS that are made to happen."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrate.sandbox import client
from tests.scenarios.complaint import ended, told_people
from tests.scenarios.settings import edited
from tests.scenarios.theatre import Staged, replicated, stage
from tests.scenarios.watched import LATER, awaited, cut_at, looked, task, until

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("watching"),
]

MARKER = "aurora_migrate.marker_forward_main"
SUSPENDED = "awsdms_control.awsdms_suspended_tables"
FORBIDDEN = """
import botocore.client, botocore.exceptions
asked = botocore.client.BaseClient._make_api_call
def refused(self, operation, parameters):
    if operation == "DescribeReplicationTasks":
        error = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized to perform this"}}
        raise botocore.exceptions.ClientError(error, operation)
    return asked(self, operation, parameters)
botocore.client.BaseClient._make_api_call = refused
"""
"""Whose policy lacks dms:DescribeReplicationTasks."""
DOCUMENT = "INSERT INTO ledger.documents (path, title, body) VALUES (%s, 't', %s)"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """The tests of this module tell one story on it, in order: each lie stays."""
    for found in stage(tmp_path_factory.mktemp("watched")):
        yield replicated(found)


def sql(staged: Staged, side: str, statement: str, *values: Any) -> list[Any]:
    with psycopg.connect(**staged.login(side), autocommit=True) as database:
        cursor = database.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def test_a_look_writes_nothing_and_a_heartbeat_one_row(watched: Staged) -> None:
    rows = f"SELECT token, written_at FROM {MARKER} ORDER BY 1"
    before = sql(watched, "source", rows)
    ran, found = looked(watched)
    assert ran.code == 0, found
    (feed,) = ran.json["tasks"]
    assert (feed["status"], feed["words"]) == ("running", "following changes")
    assert feed["lag"]["arrived"] is True
    assert feed["lag"]["written_by_this_look"] is False
    assert feed["load"]["rows"] == sum(table["rows_loaded"] for table in feed["tables"]) > 0
    assert len(feed["tables"]) == 14
    assert feed["apply_exceptions"] == []
    assert feed["unseen"] == []
    assert {"CDCLatencySource", "CDCLatencyTarget"} <= feed["metrics"].keys()
    assert feed["log"]["slots"], "the task's own slot and the witness"
    assert sql(watched, "source", rows) == before
    measured, _ = looked(watched, "--heartbeat")
    assert measured.json["tasks"][0]["lag"] == {
        "seconds": measured.json["tasks"][0]["lag"]["seconds"], "arrived": True, "written_by_this_look": True,
    }  # fmt: skip
    assert len(sql(watched, "source", rows)) == len(before) + 1


def test_it_is_asked_while_another_command_holds_the_lease(watched: Staged) -> None:
    with watched.application() as application:
        application.write(20)
        holder = watched.start("validate")
        try:
            assert looked(watched)[0].code == 0
        finally:
            holder.communicate()


def test_watched_it_looks_again_until_it_is_stopped(watched: Staged) -> None:
    for form in ("json", "text", "prometheus"):
        process = watched.start("replicate", "status", "--watch", "--interval", "0.3", "--format", form)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        os.kill(process.pid, signal.SIGINT)
        ran = ended(process)
        assert ran.code == 0, ran.err
        assert ran.err == ""
        if form == "json":
            reports = [json.loads(line) for line in lines]
            assert reports[0]["seconds_between_looks"] is None
            assert reports[1]["seconds_between_looks"] > 0
        elif form == "text":
            assert all("ledger-main-forward-0 following changes, lag" in line for line in lines)
        else:
            assert lines[0].startswith("# HELP aurora_migrate_replication_look_timestamp_seconds ")


def test_deep_it_finds_nothing_wrong_with_a_good_feed(watched: Staged) -> None:
    with watched.application() as application:
        application.write(30)
        ran, found = looked(watched, "--deep")
    assert ran.code == 0, found
    assert set(found) == {"DMS121"}


def test_a_source_whose_disk_a_slot_would_fill_is_a_warning(watched: Staged) -> None:
    """Foreseen from a minute of growth on."""
    held = looked(watched)[0].json["tasks"][0]["log"]["held_bytes"]
    room = f"[limits]\nsource_log_gb = {(held + 10**6) / 10**9:.9f}\n"
    with edited(watched, "[limits]\n", room), watched.application():
        process = watched.start("replicate", "status", "--watch", "--interval", "61", "--format", "json")
        assert process.stdout is not None
        _, later = (json.loads(process.stdout.readline()) for _ in range(2))
        os.kill(process.pid, signal.SIGINT)
        assert ended(process).code == 0
    (full,) = (finding["seen"] for finding in later["findings"] if finding["code"] == "DMS191")
    assert "by [limits] source_log_gb" in full
    assert later["tasks"][0]["log"]["free_from"] == "[limits] source_log_gb"


def test_a_shift_of_time_closes_the_gate_that_nothing_else_would(watched: Staged) -> None:
    """As a wrong ServerTimezone would leave it: what the load carried is two hours off, what changes carry is right."""
    shift = (
        f"UPDATE {MARKER} SET probe_timestamptz = probe_timestamptz + interval '{{}} hours' WHERE token = 'probe/load'"
    )
    sql(watched, "target", shift.format(2))
    ran, found = looked(watched)
    assert ran.code == 3
    assert found["DMS141"] == "probe values that arrived as another time: timestamptz (load)"
    watched.must("cutover", "approve", "--by", "somebody")
    complaint = told_people(watched, watched.run("cutover", "run"))
    assert (complaint.exit, complaint.code) == (3, "CUT-020")
    assert "gate replication-honest is closed: DMS141" in complaint.message
    assert complaint.message.count("gate ") == 1, complaint.message
    assert watched.status()["owner"] == "source"
    sql(watched, "target", shift.format(-2))
    assert looked(watched)[0].code == 0


def test_of_a_task_that_could_not_be_asked_about_nothing_is_called_well(watched: Staged) -> None:
    ran, found = looked(watched, sabotage=FORBIDDEN)
    assert ran.code == 3
    assert found == {"DMS104": "DMS could not be asked about ledger-main-forward-0"}
    (feed,) = ran.json["tasks"]
    assert (feed["status"], feed["words"]) == ("unknown", "DMS could not be asked")
    assert any("AccessDenied" in line or "not authorized" in line for line in feed["unseen"])
    shown = watched.run("replicate", "status", sabotage=FORBIDDEN)
    assert shown.code == 3
    assert "no such task" not in shown.out
    assert looked(watched)[0].code == 0


def test_a_change_lost_for_want_of_a_key_closes_the_gate(watched: Staged) -> None:
    update = "UPDATE ledger.event_log SET subject = subject WHERE event_id = (SELECT min(event_id::text)::uuid FROM %s)"
    sql(watched, "source", update % "ledger.event_log")
    awaited(watched, "DMS122", "1 table: ledger.event_log (1 of 1)")
    complaint = told_people(watched, watched.run("cutover", "run"))
    assert (complaint.exit, complaint.code) == (3, "CUT-020")
    assert "gate replication-honest is closed: DMS122" in complaint.message


def test_a_table_that_dms_suspended_is_told_and_a_list_that_cannot_be_read_is_not_seen(watched: Staged) -> None:
    of_task = task(watched)["ReplicationTaskArn"].rpartition(":")[2]
    entry = f"INSERT INTO {SUSPENDED} VALUES ('localhost.localdomain', %s, 'ledger', 'holds', 'Table error', now())"
    sql(watched, "target", entry, of_task)
    ran, found = looked(watched)
    assert ran.code == 3
    assert "1 table: ledger.holds (Table error)" in found["DMS112"]
    sql(watched, "target", f"ALTER TABLE {SUSPENDED} RENAME TO hidden")
    ran, found = looked(watched)
    assert "DMS112" not in found
    assert ran.json["tasks"][0]["unseen"] == ["awsdms_suspended_tables: not there, or closed to the toolkit's login"]
    sql(watched, "target", "ALTER TABLE awsdms_control.hidden RENAME TO awsdms_suspended_tables")
    sql(watched, "target", f"DELETE FROM {SUSPENDED}")


def test_rows_that_are_gone_from_the_target_are_told_by_measure(watched: Staged) -> None:
    place = "ledger.exchange_rates (currency, valid_on, rate)"
    row = sql(watched, "target", "DELETE FROM ledger.exchange_rates WHERE ctid = (SELECT min(ctid) FROM"
              " ledger.exchange_rates) RETURNING currency, valid_on, rate")  # fmt: skip
    assert "DMS171" not in looked(watched)[1]
    ran, found = looked(watched, "--deep")
    assert ran.code == 3
    assert "1 table: ledger.exchange_rates (" in found["DMS171"]
    sql(watched, "target", f"INSERT INTO {place} VALUES (%s, %s, %s)", *row[0])
    assert "DMS171" not in looked(watched, "--deep")[1]


def test_metrics_that_fall_silent_and_soothe_are_contradicted_by_a_marker(watched: Staged) -> None:
    client.set_fault(watched.sandbox.control_url, "metrics-silent")
    try:
        with (
            psycopg.connect(**watched.login("target")) as blocker,
            edited(watched, "lag_seconds = 20.0", "lag_seconds = 2.0"),
        ):
            blocker.execute(f"LOCK TABLE {MARKER} IN EXCLUSIVE MODE")
            looked(watched, "--heartbeat")
            awaited(watched, "DMS182", "a marker is under way for ")
            _, found = looked(watched, sabotage=LATER)
            assert "the newest latency in CloudWatch is " in found["DMS181"]
    finally:
        client.clear_faults(watched.sandbox.control_url, "metrics-silent")
    shown = watched.run("replicate", "status", "--heartbeat", sabotage=LATER).out
    assert "warning DMS181 metrics-silent" in shown
    assert "aurora-migrate replicate status --heartbeat" in shown


def test_a_value_that_was_cut_is_told_by_the_log_and_by_measure_until_its_table_is_loaded_again(
    watched: Staged,
) -> None:
    watched.must("replicate", "stop")
    _, found = looked(watched)
    assert "somebody asked it to stop" in found["DMS103"]
    cut_at(watched, 1)
    watched.must("replicate", "resume")
    sql(watched, "source", DOCUMENT, "/long", "x" * 50_000)
    awaited(watched, "DMS131", "ledger.documents.body")
    _, found = looked(watched, "--deep")
    assert "ledger.documents.body (49 KB, the limit is 1 KB)" in found["DMS132"]
    length = "SELECT length(body) FROM ledger.documents WHERE path = '/long'"
    assert sql(watched, "target", length) == [(1024,)]

    watched.must("replicate", "apply-settings")
    watched.must("replicate", "reload", "ledger.documents")
    assert sql(watched, "target", length) == [(50_000,)]
    _, found = looked(watched, "--deep")
    assert found.keys().isdisjoint({"DMS131", "DMS132"}), "the line in the log is about rows that are gone"


def test_a_change_that_was_not_applied_and_a_table_that_was_given_up_are_told(watched: Staged) -> None:
    sql(watched, "target", DOCUMENT, "/taken", "here before")
    sql(watched, "source", DOCUMENT, "/taken", "never applied")
    awaited(watched, "DMS151", "ledger.documents (1, last ")
    sql(watched, "target", "ALTER TABLE ledger.document_revisions RENAME COLUMN path TO moved")
    sql(watched, "source", "UPDATE ledger.document_revisions SET path = path || '!' WHERE id = 1")
    awaited(watched, "DMS111", "ledger.document_revisions (Table error)")
    assert task(watched)["Status"] == "running"
    shown = watched.run("replicate", "status")
    assert shown.code == 3
    assert "blocker DMS111 table-given-up" in shown.out
    assert "never applied" not in shown.out + shown.err


def test_a_slot_made_anew_while_the_task_stood_is_told_and_the_task_is_not_resumed(watched: Staged) -> None:
    watched.must("replicate", "stop")
    (slot,) = watched.slots("source", "_00016402_")
    sql(watched, "source", "UPDATE ledger.documents SET title = 'unseen' WHERE path = '/long'")
    sql(watched, "source", "SELECT pg_drop_replication_slot(%s)", slot)
    _, found = looked(watched)
    assert f"slot {slot} is gone" in found["DMS161"]
    sql(watched, "source", DOCUMENT, "/between", "never read")
    sql(watched, "source", "SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", slot)
    _, found = looked(watched)
    assert "it was made anew" in found["DMS161"]
    complaint = told_people(watched, watched.run("replicate", "resume"))
    assert (complaint.exit, complaint.code) == (3, "REP-043")
    assert task(watched)["Status"] == "stopped"


def test_a_pause_is_a_warning_until_it_is_long(watched: Staged) -> None:
    _, found = looked(watched)
    assert "DMS106" not in found
    _, found = looked(watched, sabotage=LATER.replace("minutes=20", "hours=26"))
    assert "somebody asked it to stop, 26.0 hours ago" in found["DMS106"]
    assert "DMS103" not in found


def test_rows_that_were_never_read_are_told_by_measure_when_somebody_resumes_by_other_means(watched: Staged) -> None:
    """It loads the table in error again and stops, as after its first load; then it follows."""
    sql(watched, "target", "ALTER TABLE ledger.document_revisions RENAME COLUMN moved TO path")
    sql(watched, "target", "TRUNCATE ledger.document_revisions")

    def follows() -> bool:
        found = task(watched)
        if found["Status"] == "stopped":
            watched.boto("dms").start_replication_task(
                ReplicationTaskArn=found["ReplicationTaskArn"], StartReplicationTaskType="resume-processing"
            )
        return bool(looked(watched, "--heartbeat")[0].json["tasks"][0]["lag"]["arrived"])

    until(follows)
    _, found = looked(watched, "--deep")
    assert "DMS161" not in found, "nothing of DMS tells of it any more"
    assert "ledger.documents (" in found["DMS172"]


def test_a_slot_that_the_server_gave_up_is_told(watched: Staged) -> None:
    """A witness of validate's, which nobody reads: the server keeps no more log than it is told to."""
    [[folder]] = sql(watched, "source", "SHOW data_directory")
    with (Path(folder) / "postgresql.auto.conf").open("a") as file:
        file.write("max_slot_wal_keep_size = '32MB'\nmax_wal_size = '64MB'\n")
    client.set_fault(watched.sandbox.control_url, "source-restart")
    until(lambda: _answers(watched))
    for _ in range(24):
        sql(watched, "source", "SELECT pg_logical_emit_message(false, 'scenario', repeat('x', 10000000))")
    awaited(watched, "DMS162", "am_ledger_witness_")  # beside the task's own, should it stand after its load


def _answers(staged: Staged) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        return bool(sql(staged, "source", "SELECT 1"))
    return False


def test_a_task_that_was_deleted_is_gone_and_one_made_anew_in_its_place_feeds_nobody(watched: Staged) -> None:
    dms, before = watched.boto("dms"), task(watched)
    if before["Status"] == "running":
        watched.must("replicate", "stop")
    dms.delete_replication_task(ReplicationTaskArn=before["ReplicationTaskArn"])
    awaited(watched, "DMS101", "there is no DMS task ledger-main-forward-0")
    ran, _ = looked(watched)
    assert ran.code == 3
    assert ran.json["tasks"][0]["status"] == "gone"
    kept = ("ReplicationTaskIdentifier", "SourceEndpointArn", "TargetEndpointArn", "ReplicationInstanceArn",
            "MigrationType", "ReplicationTaskSettings")  # fmt: skip
    rules = json.loads(before["TableMappings"])["rules"]
    fewer = json.dumps({"rules": [rule for rule in rules if rule["object-locator"]["table-name"] != "holds"]})
    dms.create_replication_task(**{name: before[name] for name in kept}, TableMappings=fewer)
    awaited(watched, "DMS105", "`ready`: made, and never started")
    shown = watched.run("replicate", "status")
    assert shown.code == 3
    assert "blocker DMS105 feeds-nobody" in shown.out
    assert "without the checkpoint" in " ".join(shown.out.split())


def test_a_table_that_this_task_does_not_know_is_told_though_dms_says_that_all_is_done(watched: Staged) -> None:
    watched.boto("dms").start_replication_task(
        ReplicationTaskArn=task(watched)["ReplicationTaskArn"], StartReplicationTaskType="start-replication"
    )
    awaited(watched, "DMS114", "DMS says 100 %, and does not know 1 table to be moved: ledger.holds")
