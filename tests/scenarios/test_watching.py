"""`replicate status` beside a real PostgreSQL feed: what it shows, and the lies of DMS that are made to happen."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.scenarios.complaint import ended, told_people
from tests.scenarios.theatre import Staged, replicated, stage
from tests.scenarios.watched import awaited, cut_at, looked, task

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("watching"),
]

MARKER = "aurora_migrate.marker_forward_main"
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


def test_a_value_that_was_cut_is_told_by_the_log_and_by_measure(watched: Staged) -> None:
    watched.must("replicate", "stop")
    _, found = looked(watched)
    assert "somebody asked it to stop" in found["DMS103"]
    cut_at(watched, 1)
    watched.must("replicate", "resume")
    sql(watched, "source", DOCUMENT, "/long", "x" * 50_000)
    awaited(watched, "DMS131", "ledger.documents.body")
    _, found = looked(watched, "--deep")
    assert "ledger.documents.body (49 KB, the limit is 1 KB)" in found["DMS132"]
    assert sql(watched, "target", "SELECT length(body) FROM ledger.documents WHERE path = '/long'") == [(1024,)]


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
    sql(watched, "source", "SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", slot)
    _, found = looked(watched)
    assert "it was made anew" in found["DMS161"]
    complaint = told_people(watched, watched.run("replicate", "resume"))
    assert (complaint.exit, complaint.code) == (3, "REP-043")
    assert task(watched)["Status"] == "stopped"
