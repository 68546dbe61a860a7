"""CloudWatch and the task's settings, as the watch reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from checks.facts import TableName
from migrate.aws.metrics import RDS_HOST, Metrics
from migrate.aws.session import AwsSession
from migrate.aws.task_log import TaskLog, _millis, cut_by
from migrate.aws.task_watch import DmsTaskWatch, _lob_limit, _own_limits
from migrate.model.watching import TaskTerms

pytestmark = pytest.mark.server
NOTES, DRAFTS = TableName("app", "notes"), TableName("app", "drafts")


@pytest.fixture
def put(session: AwsSession) -> Callable[..., None]:
    def put(namespace: str, name: str, value: float, at: datetime, **dimensions: str) -> None:
        session.client("cloudwatch").put_metric_data(
            Namespace=namespace,
            MetricData=[
                {
                    "MetricName": name,
                    "Value": value,
                    "Timestamp": at,
                    "Dimensions": [{"Name": key, "Value": word} for key, word in dimensions.items()],
                }
            ],
        )

    return put


def test_the_newest_point_of_each_metric_is_told(session: AwsSession, put: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    of = {"ReplicationInstanceIdentifier": "watched", "ReplicationTaskIdentifier": "TASKID"}
    put("AWS/DMS", "CDCLatencySource", 9, now - timedelta(minutes=20), **of)
    put("AWS/DMS", "CDCLatencySource", 4, now - timedelta(minutes=5), **of)
    put("AWS/DMS", "CDCIncomingChanges", 70, now - timedelta(hours=3), **of)
    put("AWS/DMS", "CDCLatencyTarget", 8, now, **{**of, "ReplicationTaskIdentifier": "OTHER"})
    found = Metrics(session).of_task("watched", "TASKID", now)
    assert {name: point.value for name, point in found.items()} == {"CDCLatencySource": 4.0}
    assert abs((found["CDCLatencySource"].at - now).total_seconds() + 300) <= 60


def test_free_storage_is_asked_of_an_rds_instance_alone(session: AwsSession, put: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    put("AWS/RDS", "FreeStorageSpace", 36e9, now, DBInstanceIdentifier="old-shop")
    watch = DmsTaskWatch(session, {}.get)
    assert watch.free_storage("old-shop.c1x2y3.eu-central-1.rds.amazonaws.com", now) == 36_000_000_000
    assert watch.free_storage("never-seen.c1x2y3.eu-central-1.rds.amazonaws.com", now) is None
    assert watch.free_storage("db.example.org", now) is None


@pytest.mark.parametrize(
    ("host", "instance"),
    [
        ("old-shop.c1x2y3.eu-central-1.rds.amazonaws.com", "old-shop"),
        ("old-shop.c1x2y3.cn-north-1.rds.amazonaws.com.cn", "old-shop"),
        ("shop.cluster-c1x2y3.eu-central-1.rds.amazonaws.com", None),
        ("shop.proxy-c1x2y3.eu-central-1.rds.amazonaws.com", None),
        ("old-shop.c1x2y3.eu-central-1.rds.amazonaws.com.example.org", None),
    ],
)
def test_an_instance_is_known_by_its_endpoint(host: str, instance: str | None) -> None:
    found = RDS_HOST.fullmatch(host)
    assert (found[1] if found else None) == instance


TERMS = TaskTerms(external_id="CUTTER", instance="watched")
CUT = "WARNING: LobTruncation: column 'body' of table 'app'.'{}' was truncated to LobMaxSize"


@pytest.fixture
def write(session: AwsSession) -> Iterator[Callable[..., None]]:
    """Writes lines into the task's log, which begins empty."""
    logs, place = session.client("logs"), {"logGroupName": "dms-tasks-watched", "logStreamName": "dms-task-CUTTER"}
    logs.create_log_group(logGroupName=place["logGroupName"])
    logs.create_log_stream(**place)

    def write(at: datetime, *lines: str) -> None:
        stamp = int(at.timestamp() * 1000)
        logs.put_log_events(**place, logEvents=[{"timestamp": stamp, "message": line} for line in lines])

    yield write
    logs.delete_log_group(logGroupName=place["logGroupName"])


def test_a_log_that_is_not_there_is_unknown(session: AwsSession) -> None:
    assert DmsTaskWatch(session, {}.get).cut_values(TERMS, {}, datetime.now(UTC)) is None


def test_a_log_tells_of_what_columns_values_were_cut(session: AwsSession, write: Callable[..., None]) -> None:
    watch, now = DmsTaskWatch(session, {}.get), datetime.now(UTC)
    write(now, "INFO: table 'app'.'notes' loaded", CUT.format("notes"), CUT.format("notes"))
    assert watch.cut_values(TERMS, {}, now) == ["app.notes.body"]
    silent = replace(TERMS, logs=False)
    assert watch.cut_values(silent, {}, now) is None, "what stands there is from before it was switched off"


def test_what_was_cut_before_a_tables_last_load_is_past(session: AwsSession, write: Callable[..., None]) -> None:
    watch, now = DmsTaskWatch(session, {}.get), datetime.now(UTC)
    before, after = now - timedelta(hours=2), now - timedelta(hours=1)
    write(before, CUT.format("notes"), CUT.format("drafts"), "the value was truncated")
    first = dict.fromkeys((NOTES, DRAFTS), before)
    unnamed = "a column that the line does not name"
    assert watch.cut_values(TERMS, first, now) == ["app.notes.body", "app.drafts.body", unnamed]
    reloaded = {NOTES: after, DRAFTS: before}
    assert watch.cut_values(TERMS, reloaded, now) == ["app.drafts.body", unnamed]
    assert watch.cut_values(TERMS, dict.fromkeys(first, after), now) == []
    write(now, CUT.format("notes"))
    assert watch.cut_values(TERMS, reloaded, now) == ["app.notes.body", "app.drafts.body", unnamed]


class EmptyLog:
    """Stands for the session and its client; keeps from when on it was read."""

    def __init__(self) -> None:
        self.since: list[int | None] = []

    def client(self, name: str) -> EmptyLog:
        return self

    get_paginator = client

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.since.append(asked.get("startTime"))
        return [{"events": []}]


def test_the_log_is_read_on_from_the_last_look_and_a_little_before() -> None:
    empty, now = EmptyLog(), datetime(2026, 11, 28, 12, tzinfo=UTC)
    log = TaskLog(cast(Any, empty))
    for at in (now, now + timedelta(hours=1)):
        assert log.cut_values("group", "stream", {}, at) == []
    loaded = now + timedelta(hours=2)
    log.cut_values("group", "stream", {NOTES: loaded}, now + timedelta(hours=3))
    log.cut_values("group", "another", {NOTES: loaded}, now + timedelta(hours=3))
    assert empty.since == [None, _millis(now - timedelta(minutes=15)), _millis(loaded), _millis(loaded)]


def test_a_log_of_many_lines_is_read_to_its_end(session: AwsSession, write: Callable[..., None]) -> None:
    watch, now = DmsTaskWatch(session, {}.get), datetime.now(UTC)
    write(now, *[CUT.format("notes")] * 1200, CUT.format("drafts"))
    assert watch.cut_values(TERMS, {}, now) == ["app.notes.body", "app.drafts.body"]


def test_a_line_is_never_repeated_for_it_may_quote_a_value() -> None:
    assert str(cut_by("Value 'secret' of column 'body' in table 'app.notes' was truncated")) == "app.notes.body"
    assert "secret" not in str(cut_by("the value 'secret' was truncated"))


@pytest.mark.parametrize(
    ("metadata", "limit"),
    [
        ({"LimitedSizeLobMode": True, "FullLobMode": False, "LobMaxSize": 32}, 32),
        ({"LimitedSizeLobMode": True, "FullLobMode": True, "LobMaxSize": 32}, None),
        ({"LimitedSizeLobMode": False, "LobMaxSize": 32}, None),
        ({}, None),
    ],
)
def test_a_limit_counts_in_limited_mode_alone(metadata: dict[str, Any], limit: int | None) -> None:
    assert _lob_limit(metadata) == limit


def test_a_table_may_have_a_limit_of_its_own() -> None:
    place = {"schema-name": "app", "table-name": "notes"}

    def rule(**lobs: Any) -> dict[str, Any]:
        return {"rules": [{"rule-type": "table-settings", "object-locator": place, "lob-settings": lobs}]}

    assert _own_limits(rule(mode="limited", **{"bulk-max-size": "64"})) == {NOTES: 64}
    assert _own_limits(rule(mode="unlimited")) == {NOTES: None}
    assert _own_limits({"rules": [{"rule-type": "selection", "object-locator": place}]}) == {}
    terms = TaskTerms(external_id="X", instance="i", lob_kb=32, lob_kb_of={NOTES: None})
    assert (terms.lob_limit(NOTES), terms.lob_limit(TableName("app", "other"))) == (None, 32)


def test_a_task_that_is_not_there_has_no_terms(session: AwsSession) -> None:
    assert DmsTaskWatch(session, {}.get).terms("no-such-task") is None


def test_whether_a_task_logs_and_when_it_was_stopped_are_told(session: AwsSession) -> None:
    stopped = datetime(2026, 11, 27, tzinfo=UTC)
    raw = {
        "ReplicationTaskArn": "arn:aws:dms:eu-central-1:1:task:ABC",
        "ReplicationTaskSettings": json.dumps({"Logging": {"EnableLogging": False}}),
        "ReplicationTaskStats": {"StopDate": stopped},
    }
    terms = DmsTaskWatch(session, {"silent": raw}.get).terms("silent")
    assert terms is not None
    assert (terms.logs, terms.stopped_at) == (False, stopped)


def test_of_a_task_on_no_instance_neither_metrics_nor_log_are_guessed(session: AwsSession) -> None:
    """DMS Serverless: how CloudWatch names it is not documented."""
    raw = {"ReplicationTaskArn": "arn:aws:dms:eu-central-1:1:replication-config:ABC", "MigrationType": "cdc"}
    watch = DmsTaskWatch(session, {"serverless": raw}.get)
    terms = watch.terms("serverless")
    assert terms is not None
    assert (terms.external_id, terms.instance, terms.loads) == ("ABC", "", False)
    assert watch.metrics(terms, datetime.now(UTC)) is None
    assert watch.cut_values(terms, {}, datetime.now(UTC)) is None
