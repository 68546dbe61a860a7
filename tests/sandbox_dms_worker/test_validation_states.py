"""EnableValidation: what the worker finds when it compares both sides, and what it says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrate.sandbox.dms.worker import comparing
from tests.sandbox_dms_worker.driving import wait_for

ENABLED = {"ValidationSettings": {"EnableValidation": True}}
ONLY = {"ValidationSettings": {"EnableValidation": True, "ValidationOnly": True}}


def state(worker: Any, table: str) -> str:
    return str(worker.table(table).get("validation_state", ""))


def becomes(worker: Any, table: str, wanted: str) -> None:
    try:
        wait_for(lambda: state(worker, table) == wanted or worker.process.poll() is not None, f"{table}: {wanted}")
    except AssertionError as error:
        raise AssertionError(f"{error}: {worker.table(table)} {worker.of('log')[-3:]}") from None
    assert state(worker, table) == wanted, worker.events[-1]


@pytest.mark.parametrize("waiting", [2, 50_000])
def test_two_orderly_sides_are_compared_in_step(monkeypatch: pytest.MonkeyPatch, waiting: int) -> None:
    monkeypatch.setattr(comparing, "WAITING_ROWS", waiting)
    source = [((str(n),), "same") for n in range(100) if n != 7]
    target = [((str(n),), "other" if n == 50 else "same") for n in range(100) if n not in range(20, 24)]
    found = set(comparing.different(iter(source), iter(target)))
    assert {("7",), ("50",), *((str(n),) for n in range(20, 24))} <= found
    assert waiting == 2 or len(found) == 6


@pytest.mark.server
def test_postgres_rows_are_validated_spoiled_found_and_mended(stage: Any) -> None:
    stage.make(
        "CREATE TABLE good (id bigint PRIMARY KEY, t text, n numeric, j jsonb, b bytea, at timestamptz)",
        'CREATE TABLE texts ("Key" varchar(20), v int, PRIMARY KEY ("Key"))',
        "CREATE TABLE keyless (v int)",
    )
    stage.source.execute(
        "INSERT INTO good SELECT g, 'é' || g, g / 7.0, jsonb_build_object('a', g), decode(md5(g::text), 'hex'), now()"
        " FROM generate_series(1, 3000) g"
    )
    stage.source.execute("INSERT INTO texts SELECT chr(64 + g) || lower(chr(65 + g)), g FROM generate_series(1, 50) g")
    stage.source.execute("INSERT INTO keyless VALUES (1)")
    worker = stage.run(settings=ENABLED)
    worker.loaded("good", "texts", "keyless", "marker")
    becomes(worker, "good", "Validated")
    becomes(worker, "texts", "Validated")
    becomes(worker, "keyless", "No primary key")
    stage.target.execute("UPDATE good SET t = 'spoiled' WHERE id = 7")
    stage.target.execute("DELETE FROM good WHERE id = 8")
    stage.target.execute("INSERT INTO good (id) VALUES (9999)")
    # A change of the table makes the worker look again.
    stage.source.execute("UPDATE good SET t = 'changed' WHERE id = 1")
    becomes(worker, "good", "Mismatched records")
    assert worker.table("good")["validation_failed"] == 3
    found = stage.target.execute(
        'SELECT "KEY", "FAILURE_TYPE", "DETAILS" FROM awsdms_control.awsdms_validation_failures_v1'
        " WHERE \"TABLE_NAME\" = 'good' ORDER BY 1"
    ).fetchall()
    kinds = {json.loads(key)["key"][0]: (kind, json.loads(details)["columns"]) for key, kind, details in found}
    assert kinds == {
        "7": ("RECORD_DIFF", ["t"]),
        "8": ("MISSING_TARGET", []),
        "9999": ("MISSING_SOURCE", []),
    }
    worker.send({"command": "reload", "tables": [["public", "good"]]})
    becomes(worker, "good", "Validated")
    assert stage.target.execute("SELECT 1 FROM awsdms_control.awsdms_validation_failures_v1").fetchall() == []
    worker.stop()


@pytest.mark.server
def test_rows_on_their_way_are_no_mismatches(stage: Any) -> None:
    stage.make("CREATE TABLE busy (id int PRIMARY KEY, v int)")
    stage.source.execute("INSERT INTO busy SELECT g, 0 FROM generate_series(1, 2000) g")
    worker = stage.run(settings=ENABLED)
    worker.loaded("busy", "marker")
    for number in range(40):
        stage.source.execute("UPDATE busy SET v = v + 1 WHERE id %% 10 = %s", [number % 10])
    becomes(worker, "busy", "Validated")
    stage.settle(worker)
    becomes(worker, "busy", "Validated")
    assert "Mismatched records" not in {one["validation_state"] for one in worker.of("table")}
    worker.stop()


@pytest.mark.server
def test_a_validation_only_task_compares_once_and_ends(stage: Any) -> None:
    stage.make("CREATE TABLE there (id int PRIMARY KEY, v text)")
    stage.source.execute("INSERT INTO there VALUES (1, 'a'), (2, 'b')")
    stage.target.execute("INSERT INTO there VALUES (1, 'a'), (2, 'x')")
    worker = stage.run(settings=ONLY, migration_type="full-load")
    assert worker.last()["reason"] == "FULL_LOAD_ONLY_FINISHED"
    assert state(worker, "there") == "Mismatched records"
    assert state(worker, "marker") == "Validated"
    assert stage.target.execute("SELECT v FROM there ORDER BY id").fetchall() == [("a",), ("x",)]
    worker = stage.run(settings=ONLY, migration_type="cdc")
    becomes(worker, "there", "Mismatched records")
    stage.target.execute("UPDATE there SET v = 'b' WHERE id = 2")
    becomes(worker, "there", "Validated")
    worker.stop()


@pytest.mark.server
def test_types_that_dms_makes_are_compared_by_their_meaning(stage: Any) -> None:
    stage.source.execute("CREATE TABLE made (id int PRIMARY KEY, n numeric, b boolean, f float4)")
    stage.target.execute("CREATE TABLE made (id int PRIMARY KEY, n numeric(28,6), b varchar(5), f float4)")
    stage.grant()
    stage.source.execute("INSERT INTO made VALUES (1, 1.5, true, 0.1), (2, NULL, NULL, NULL)")
    worker = stage.run(settings=ENABLED)
    worker.loaded("made", "marker")
    becomes(worker, "made", "Validated")
    worker.stop()


@pytest.mark.server
def test_mysql_rows_are_validated_spoiled_and_asked_for_again(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make(
        "CREATE TABLE good (id int PRIMARY KEY, t varchar(20), n decimal(9,2), f float, d datetime(3), j json, b blob,"
        " e enum('a', 'b'), bits bit(5), g point)",
        "CREATE TABLE texts (k varchar(20) COLLATE utf8mb4_bin, s int, v int, PRIMARY KEY (k, s))",
        "CREATE TABLE keyless (v int)",
    )
    stage.on_source(
        "INSERT INTO good VALUES (1, 'é', 1.5, 0.1, '2024-02-29 12:00:00.123', '{\"a\": 1}', x'00ff', 'b', b'10101',"
        " ST_GeomFromText('POINT(1 2)')), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    stage.on_source("INSERT INTO texts VALUES ('a', 1, 1), ('A', 1, 2), ('a', 2, 3), ('é', 1, 4)")
    worker = stage.run(settings=ENABLED)
    worker.loaded("good", "texts", "keyless", "marker")
    for table in ("good", "texts"):
        becomes(worker, table, "Validated")
    becomes(worker, "keyless", "No primary key")
    stage.on_target("UPDATE good SET f = 0.2, e = 'a' WHERE id = 1")
    stage.on_target("DELETE FROM texts WHERE BINARY k = 'A'")
    worker.send({"command": "validate", "tables": [[stage.database, "good"], [stage.database, "texts"]]})
    becomes(worker, "good", "Mismatched records")
    becomes(worker, "texts", "Mismatched records")
    found = stage.on_target("SELECT `KEY`, FAILURE_TYPE, DETAILS FROM awsdms_control.awsdms_validation_failures_v1")
    kinds = {tuple(json.loads(key)["key"]): (kind, json.loads(more)["columns"]) for key, kind, more in found}
    assert kinds == {("1",): ("RECORD_DIFF", ["f", "e"]), ("A", "1"): ("MISSING_TARGET", [])}
    stage.on_target("UPDATE good SET f = 0.1, e = 'b' WHERE id = 1")
    becomes(worker, "good", "Validated")
    worker.stop()
