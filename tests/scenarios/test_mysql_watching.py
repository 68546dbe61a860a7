"""`replicate status` beside a real MySQL feed, and the lies of DMS that are made to happen there."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from tests.scenarios.complaint import ended, told_people
from tests.scenarios.theatre import Staged, stage
from tests.scenarios.watched import awaited, cut_at, looked, task

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("mysql-watching"),
]

COUPON = "INSERT INTO coupons (code, discount, used, valid_from) VALUES ('taken', 1, {}, '2026-01-01')"
MARKER = "aurora_migrate.marker_forward_main"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """The tests of this module tell one story on it, in order: each lie stays."""
    for found in stage(tmp_path_factory.mktemp("watched"), sample="mysql/shop", scale=0.01):
        found.must("assess")
        found.must("provision", "apply")
        found.must("replicate", "start")
        yield found


def sql(staged: Staged, side: str, *statements: str) -> list[Any]:
    login = staged.login(side)
    with (
        pymysql.connect(
            host=login["host"],
            port=login["port"],
            user=login["user"],
            password=login["password"],
            database=login["dbname"],
            ssl_ca=login["sslrootcert"],
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def test_what_the_servers_counted_of_a_statement_is_set_side_by_side(watched: Staged) -> None:
    for side in ("source", "target"):
        sql(watched, side, *["SELECT COUNT(*) AS compared FROM coupons"] * 25)
    found = watched.must("cutover", "statements", "--least", "25", "--format", "json").json
    (one,) = [told for told in found if "`compared`" in told["text"]]
    assert (one["calls_source"], one["calls_target"]) == (25, 25)
    assert min(one["mean_source"], one["mean_target"]) > 0
    assert "SELECT COUNT" in watched.must("cutover", "statements", "--least", "25", "--most", "50").out


def test_a_good_feed_has_nothing_to_hide(watched: Staged) -> None:
    config = watched.home / "migration.toml"
    config.write_text(config.read_text().replace("[limits]\n", "[limits]\nsource_log_gb = 1000000\n"))
    ran, found = looked(watched, "--heartbeat", "--deep")
    assert ran.code == 0, found
    assert set(found) == {"DMS121"}
    (feed,) = ran.json["tasks"]
    assert (feed["words"], feed["unseen"]) == ("following changes", [])
    assert feed["lag"]["arrived"] is True
    assert feed["log"]["held_by"].endswith("files of the binary log")
    assert feed["log"]["held_bytes"] > 0
    assert feed["log"]["free_from"] == "[limits] source_log_gb"
    assert feed["log"]["free_bytes"] + feed["log"]["held_bytes"] == 10**15


def test_a_source_whose_disk_fills_is_a_warning(watched: Staged) -> None:
    config = watched.home / "migration.toml"
    held = looked(watched)[0].json["tasks"][0]["log"]["held_bytes"]
    before = config.read_text()
    config.write_text(before.replace("source_log_gb = 1000000", f"source_log_gb = {(held + 10**4) / 10**9:.9f}"))
    try:
        ran, found = looked(watched, "--heartbeat")
        assert (ran.code, "DMS191" in found) == (0, False), "it has seen a second of it"
        process = watched.start("replicate", "status", "--watch", "--heartbeat", "--interval", "61", "--format", "json")
        assert process.stdout is not None
        reports = [json.loads(process.stdout.readline()) for _ in range(2)]
        os.kill(process.pid, signal.SIGINT)
        assert ended(process).code == 0
    finally:
        config.write_text(before)
    (warning,) = [one for one in reports[1]["findings"] if one["code"] == "DMS191"]
    assert "by [limits] source_log_gb" in warning["seen"]


def test_a_password_that_was_changed_on_the_target_is_told_and_taken_from_the_secret(watched: Staged) -> None:
    secrets, name = watched.boto("secretsmanager"), f"{watched.sample.name}/dms/target/feed"
    before = secrets.get_secret_value(SecretId=name)["SecretString"]
    watched.must("replicate", "stop")
    sql(watched, "target", "ALTER USER aurora_migrate_feed IDENTIFIED BY 'Changed-1-meanwhile'")
    complaint = told_people(watched, watched.run("replicate", "resume"))
    assert (complaint.exit, complaint.code) == (8, "AWS-CONNECTION-FAILED")
    assert "-target: the server refuses the login" in complaint.message
    assert "into the secret" in complaint.hint
    assert "Changed-1-meanwhile" not in str(complaint)
    assert task(watched)["Status"] == "stopped"
    changed = json.dumps({**json.loads(before), "password": "Changed-1-meanwhile"})
    secrets.put_secret_value(SecretId=name, SecretString=changed)
    watched.must("replicate", "resume")
    assert task(watched)["Status"] == "running"


def test_a_shift_of_time_is_told(watched: Staged) -> None:
    """A heartbeat writes on, so the row that the load carried is the one that stays shifted."""
    shift = f"UPDATE {MARKER} SET probe_datetime = probe_datetime + INTERVAL {{}} HOUR WHERE token = 'probe/load'"
    sql(watched, "target", shift.format(2))
    ran, found = looked(watched)
    assert (ran.code, found["DMS141"]) == (3, "probe values that arrived as another time: datetime (load)")
    sql(watched, "target", shift.format(-2))


def test_a_document_that_was_cut_is_told_though_the_task_runs_on(watched: Staged) -> None:
    watched.must("replicate", "stop")
    cut_at(watched, 1)
    watched.must("replicate", "resume")
    sql(watched, "source", "UPDATE products SET attributes = JSON_OBJECT('long', REPEAT('x', 5000)) WHERE id = 1")
    awaited(watched, "DMS131", "shop.products.attributes")
    awaited(watched, "DMS111", "shop.products (Table error)")  # cut, it is no JSON any more
    _, found = looked(watched, "--deep")
    assert "shop.products.attributes (5 KB, the limit is 1 KB)" in found["DMS132"]
    assert task(watched)["Status"] == "running"


def test_a_change_that_was_not_applied_is_told(watched: Staged) -> None:
    sql(watched, "target", COUPON.format(1))
    sql(watched, "source", COUPON.format(2))
    awaited(watched, "DMS151", "shop.coupons (1, last ")
    assert task(watched)["Status"] == "running"


def test_a_table_in_error_is_loaded_again_by_a_resume_and_named_if_that_fails(watched: Staged) -> None:
    """The task stops after what it loads, as after its first load: it must not be called one that runs."""
    watched.must("replicate", "stop")
    complaint = told_people(watched, watched.run("replicate", "resume"))
    assert (complaint.exit, complaint.code) == (3, "REP-068")
    assert "is stopped and does not feed shop.products (Table error)" in complaint.message
    assert "replicate resume" in complaint.hint
    assert task(watched)["StopReason"] == "Stop Reason STOPPED_AFTER_FULL_LOAD"
    cut_at(watched, 32)
    watched.must("replicate", "resume")
    assert task(watched)["Status"] == "running"
    _, found = looked(watched, "--heartbeat")
    assert "DMS111" not in found
    (row,) = sql(watched, "target", "SELECT LENGTH(attributes) FROM products WHERE id = 1")
    assert row[0] > 5000


def test_a_log_that_was_begun_anew_is_told_and_the_task_is_not_resumed(watched: Staged) -> None:
    watched.must("replicate", "stop")
    sql(watched, "source", "FLUSH BINARY LOGS", "RESET BINARY LOGS AND GTIDS")
    _, found = looked(watched)
    assert "it was begun anew, or this is another server" in found["DMS161"]
    complaint = told_people(watched, watched.run("replicate", "resume"))
    assert (complaint.exit, complaint.code) == (3, "REP-043")
    assert task(watched)["Status"] == "stopped"
