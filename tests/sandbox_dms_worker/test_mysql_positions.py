"""Positions in the binary log: cdc-only tasks, times, stop positions, what the source must have on."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from migrate.sandbox.dms.worker.mysql.positions import Checkpoint, PositionError, Positions
from tests.sandbox_dms_worker.driving import wait_for

REAL = (
    "checkpoint:V1#27#mysql-bin-changelog.157832:1975:-1:2002:677883278264080:mysql-bin-changelog.157832:1876"
    "#0#0#*#0#93"
)
"""dms.md §9."""


def test_positions_in_the_words_of_dms() -> None:
    positions = Positions("mysql-bin-changelog.000024")
    number = positions.parse("mysql-bin-changelog.000024:373").position
    assert positions.text(number) == "mysql-bin-changelog.000024:373"
    assert positions.parse(positions.checkpoint(number, number + 7)) == Checkpoint(number, number + 7)
    inexact = positions.checkpoint(number, number + 7, exact=False)
    assert positions.parse(inexact) == Checkpoint(number, number + 7, exact=False)
    assert positions.text(positions.parse(REAL).position) == "mysql-bin-changelog.157832:1975"
    assert number < positions.parse(REAL).position
    for wrong in ("4AF/B00000D0", "", "binlog.000024:4", "mysql-bin-changelog.000024", "checkpoint:V1#1#0/0#0#0#*#0#0"):
        with pytest.raises(PositionError):
            positions.parse(wrong)


@pytest.mark.server
@pytest.mark.parametrize("form", ["position", "checkpoint", "time"])
def test_cdc_only_from_a_position(mysql_stage: Any, form: str) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE c (id int)")
    stage.on_source("INSERT INTO c VALUES (1)")
    time.sleep(1.1)
    position, now = stage.position(), datetime.now(UTC)
    stage.on_source("INSERT INTO c VALUES (2)")
    start = {
        "position": position,
        "checkpoint": f"checkpoint:V1#27#{position}:-1:0:0:{position}#0#0#*#0#0",
        "time": f"{now:%Y-%m-%dT%H:%M:%S}",
    }[form]
    worker = stage.run(migration_type="cdc", start_position=start)
    stage.settle(worker)
    assert stage.rows(stage.target, "c") == [(2,)]
    assert worker.table("c")["state"] == "Table completed"
    assert worker.stop()["reason"] == "NORMAL"
    stage.on_source("INSERT INTO c VALUES (3)")
    worker = stage.resume(worker, migration_type="cdc")
    stage.settle(worker)
    assert stage.rows(stage.target, "c") == [(2,), (3,)]


@pytest.mark.server
def test_cdc_only_without_a_position_starts_now(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE c (id int PRIMARY KEY)")
    stage.on_source("INSERT INTO c VALUES (1)")
    worker = stage.run(migration_type="cdc")
    wait_for(lambda: worker.of("checkpoint"), "a first checkpoint")
    stage.on_source("INSERT INTO c VALUES (2)")
    stage.settle(worker)
    assert stage.rows(stage.target, "c") == [(2,)]
    worker.stop()


@pytest.mark.server
@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("mysql-bin-changelog.999999:4", "does not exist any more, or not yet"),
        ("other.000001:4", "no binary log file of this server"),
        ("4AF/B00000D0", "Invalid CDC start position"),
    ],
)
def test_impossible_starts_fail_clearly(mysql_stage: Any, start: str, words: str) -> None:
    last = mysql_stage.run(migration_type="cdc", start_position=start).last()
    assert last["event"] == "failed"
    assert words in last["message"]


@pytest.mark.server
def test_commit_time_stops_before_later_transactions(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE c (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("c")
    worker.stop()
    stage.on_source("INSERT INTO c VALUES (1)")
    stop = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    worker = stage.resume(worker, stop_position=f"commit_time:{stop:%Y-%m-%dT%H:%M:%S}")
    wait_for(lambda: datetime.now(UTC) > stop + timedelta(seconds=1), "the moment at which it is to stop")
    stage.on_source("INSERT INTO c VALUES (2)")
    assert worker.last()["reason"] == "STOPPED_AT_COMMIT_TIME"
    assert stage.rows(stage.target, "c") == [(1,)]
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("c")


@pytest.mark.server
def test_server_time_stops_an_idle_task(mysql_stage: Any) -> None:
    stop = datetime.now(UTC) + timedelta(seconds=2)
    worker = mysql_stage.run(stop_position=f"server_time:{stop:%Y-%m-%dT%H:%M:%S}")
    assert worker.last()["reason"] == "STOPPED_AT_SERVER_TIME"


@pytest.mark.server
@pytest.mark.parametrize(
    ("setting", "value", "before", "words"),
    [
        ("binlog_row_image", "MINIMAL", "FULL", "binlog_row_image must be FULL"),
        ("binlog_format", "STATEMENT", "ROW", "binlog_format must be ROW"),
        ("binlog_transaction_compression", "ON", "OFF", "binlog_transaction_compression must be OFF"),
    ],
)
def test_a_source_without_whole_rows_fails(mysql_stage: Any, setting: str, value: str, before: str, words: str) -> None:
    mysql_stage.on_source(f"SET GLOBAL {setting} = {value}")
    try:
        last = mysql_stage.run().last()
    finally:
        mysql_stage.on_source(f"SET GLOBAL {setting} = {before}")
    assert last["event"] == "failed"
    assert words in last["message"]


@pytest.mark.server
@pytest.mark.parametrize(
    ("session", "change", "words"),
    [
        (
            "SET SESSION binlog_row_image = MINIMAL",
            "UPDATE c SET v = '{}' WHERE id = 1",
            "binlog_row_image is not FULL",
        ),
        ("SET SESSION binlog_format = STATEMENT", "UPDATE c SET v = '{}' WHERE id = 1", "as a statement"),
        ("SET SESSION binlog_transaction_compression = ON", "DELETE FROM c", "compressed transactions"),
        (
            "SET SESSION binlog_row_value_options = PARTIAL_JSON",
            "UPDATE c SET v = JSON_SET(v, '$.a', 2)",
            "partial JSON",
        ),
    ],
)
def test_a_session_that_logs_otherwise_fails_the_task(mysql_stage: Any, session: str, change: str, words: str) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE c (id int PRIMARY KEY, v json)")
    stage.on_source("INSERT INTO c VALUES (1, JSON_OBJECT('a', 1, 'b', REPEAT('x', 500)))")
    worker = stage.run()
    worker.loaded("c")
    stage.settle(worker)
    stage.on_source(session)
    stage.on_source(change)
    last = worker.last()
    assert last["event"] == "failed"
    assert words in last["message"]


@pytest.mark.server
def test_without_the_privilege_the_task_fails(mysql_stage: Any) -> None:
    user = "'dms_worker_test'@'%'"
    mysql_stage.source_server.execute(f"REVOKE REPLICATION CLIENT, REPLICATION SLAVE ON *.* FROM {user}")
    try:
        last = mysql_stage.run().last()
    finally:
        mysql_stage.source_server.execute(f"GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO {user}")
    assert last["event"] == "failed"
    assert "REPLICATION CLIENT" in last["message"]
