"""cdc-only tasks: native start positions, slots made by others, stop positions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from migrate.sandbox.dms.worker.postgres.positions import (
    PositionError,
    format_checkpoint,
    format_lsn,
    parse_lsn,
    parse_position,
)
from tests.sandbox_dms_worker.driving import wait_for

EXAMPLE = "checkpoint:V1#1#000004AF/B00000D0#0#0#*#0#0"


def test_positions_in_the_words_of_dms() -> None:
    assert format_lsn(parse_lsn("4AF/B00000D0")) == "4AF/B00000D0"
    assert format_checkpoint(parse_lsn("4AF/B00000D0")) == EXAMPLE
    assert parse_position(EXAMPLE) == parse_position("4AF/B00000D0")
    for wrong in ("2024-01-01T00:00:00", "", "checkpoint:V1#27#mysql-bin.000001:4", "4AF"):
        with pytest.raises(PositionError):
            parse_position(wrong)


def slot(stage: Any, name: str = "made_by_hand") -> str:
    (position,) = stage.source.execute(
        "SELECT lsn::text FROM pg_create_logical_replication_slot(%s, 'test_decoding')", [name]
    ).fetchone()
    return str(position)


@pytest.mark.server
@pytest.mark.parametrize("form", ["lsn", "checkpoint"])
def test_cdc_only_from_a_slot_and_a_position(stage: Any, form: str) -> None:
    stage.make("CREATE TABLE c (id int)")
    stage.source.execute("INSERT INTO c VALUES (1)")
    position = slot(stage)
    stage.source.execute("INSERT INTO c VALUES (2)")
    (later,) = stage.source.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
    stage.source.execute("INSERT INTO c VALUES (3)")
    start = later if form == "lsn" else format_checkpoint(parse_lsn(position))
    worker = stage.run(migration_type="cdc", start_position=start, source_settings={"SlotName": "made_by_hand"})
    stage.settle(worker)
    expected = ["('(3)',)"] if form == "lsn" else ["('(2)',)", "('(3)',)"]
    assert stage.rows(stage.target, "c") == expected
    assert worker.table("c")["state"] == "Table completed"
    assert worker.stop()["reason"] == "NORMAL"
    stage.source.execute("INSERT INTO c VALUES (4)")
    worker = stage.resume(worker, migration_type="cdc", source_settings={"SlotName": "made_by_hand"})
    stage.settle(worker)
    assert stage.rows(stage.target, "c") == [*expected, "('(4)',)"]


@pytest.mark.server
def test_cdc_only_without_a_position_starts_now_with_its_own_slot(stage: Any) -> None:
    stage.make("CREATE TABLE c (id int PRIMARY KEY)")
    stage.source.execute("INSERT INTO c VALUES (1)")
    worker = stage.run(migration_type="cdc")
    wait_for(lambda: worker.of("checkpoint"), "a first checkpoint")
    stage.source.execute("INSERT INTO c VALUES (2)")
    stage.settle(worker)
    assert stage.rows(stage.target, "c") == ["('(2)',)"]
    worker.stop()
    (name,) = stage.source.execute("SELECT slot_name FROM pg_replication_slots").fetchone()
    assert name.startswith("task1_00016402_")


@pytest.mark.server
def test_a_position_before_the_slot_fails(stage: Any) -> None:
    slot(stage)
    worker = stage.run(migration_type="cdc", start_position="0/1", source_settings={"SlotName": "made_by_hand"})
    last = worker.last()
    assert last["event"] == "failed"
    assert "older than the confirmed_flush_lsn" in last["message"]


@pytest.mark.server
@pytest.mark.parametrize(
    ("start", "settings", "words"),
    [
        ("0/1", {}, "needs SlotName"),
        ("0/1", {"SlotName": "nowhere"}, "does not exist"),
        ("2024-01-01T00:00:00", {"SlotName": "x"}, "Invalid CDC start position"),
    ],
)
def test_impossible_starts_fail_clearly(stage: Any, start: str, settings: dict[str, str], words: str) -> None:
    last = stage.run(migration_type="cdc", start_position=start, source_settings=settings).last()
    assert last["event"] == "failed"
    assert words in last["message"]


@pytest.mark.server
def test_commit_time_stops_before_later_transactions(stage: Any) -> None:
    stage.make("CREATE TABLE c (id int PRIMARY KEY)")
    worker = stage.run()
    worker.loaded("c")
    worker.stop()
    stage.source.execute("INSERT INTO c VALUES (1)")
    stop = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    worker = stage.resume(worker, stop_position=f"commit_time:{stop:%Y-%m-%dT%H:%M:%S}")
    wait_for(lambda: datetime.now(UTC) > stop + timedelta(seconds=1), "the moment at which it is to stop")
    stage.source.execute("INSERT INTO c VALUES (2)")
    assert worker.last()["reason"] == "STOPPED_AT_COMMIT_TIME"
    assert stage.rows(stage.target, "c") == ["('(1)',)"]
    worker = stage.resume(worker)
    stage.settle(worker)
    stage.equal("c")


@pytest.mark.server
def test_server_time_stops_an_idle_task(stage: Any) -> None:
    stop = datetime.now(UTC) + timedelta(seconds=2)
    worker = stage.run(stop_position=f"server_time:{stop:%Y-%m-%dT%H:%M:%S}")
    assert worker.last()["reason"] == "STOPPED_AT_SERVER_TIME"
