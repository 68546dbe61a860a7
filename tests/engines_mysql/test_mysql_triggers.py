"""Triggers are dropped and events put to rest where rows are fed, and come back as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrate.engines import failures
from migrate.engines.mysql import triggers
from migrate.errors import SourceError

pytestmark = pytest.mark.server

TRIGGERS = (
    "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_order, action_statement,"
    " sql_mode, definer, collation_connection FROM information_schema.triggers WHERE trigger_schema = '{}'"
    " ORDER BY 2, 3, 4, 5"
)
EVENTS = (
    "SELECT event_name, status, definer, sql_mode, time_zone FROM information_schema.events"
    " WHERE event_schema = '{}' ORDER BY 1"
)


def made(side: Any) -> tuple[list[Any], list[Any]]:
    return side.run(TRIGGERS.format(side.name)), side.run(EVENTS.format(side.name))


def populate(side: Any) -> Any:
    app = side.user()
    with side.login(app) as connection, connection.cursor() as cursor:
        for statement in (
            "CREATE TABLE t (id int PRIMARY KEY, said varchar(40) DEFAULT '')",
            "CREATE TRIGGER b BEFORE INSERT ON t FOR EACH ROW SET new.said = concat(new.said, 'b')",
            "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET new.said = concat(new.said, 'a')",
            "CREATE TRIGGER `odd ``one` BEFORE INSERT ON t FOR EACH ROW PRECEDES b"
            " SET new.said = concat(new.said, 'é%s')",
            "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'",
        ):
            cursor.execute(statement)
        connection.set_character_set("latin1")
        cursor.execute(
            "CREATE TRIGGER \"modes\" AFTER INSERT ON t FOR EACH ROW BEGIN\n-- it's; $$\nSET @x = 'ü' || new.id;\nEND"
        )
        cursor.execute("CREATE EVENT runs ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01' DO DELETE FROM \"t\"")
        cursor.execute("CREATE EVENT rests ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01' DISABLE DO DELETE FROM t")
    return app


def test_they_rest_and_come_back_in_their_order_with_their_settings(source: Any) -> None:
    populate(source)
    before, facts = made(source), json.loads(json.dumps(source.triggers.firing()))
    assert [item["name"] for item in facts["events"]] == ["runs"], "the disabled one is nobody's concern"
    source.triggers.rest(facts)
    source.triggers.rest(facts)
    source.run("INSERT INTO t (id) VALUES (1)")
    assert source.run("SELECT said FROM t") == [("",)]
    resting = made(source)
    assert resting[0] == []
    assert [status for _, status, *_ in resting[1]][1] in ("SLAVESIDE_DISABLED", "REPLICA_SIDE_DISABLED")
    assert source.triggers.firing()["triggers"] == []
    assert [item["name"] for item in source.triggers.firing()["events"]] == ["runs"], "it is to run where the owner is"
    source.triggers.restore(facts)
    source.triggers.restore(facts)
    assert made(source)[1] == resting[1], "events wait until applications are in"
    source.triggers.wake_events(facts)
    source.triggers.wake_events(facts)
    source.run("INSERT INTO t (id) VALUES (2)")
    assert source.run("SELECT said FROM t WHERE id = 2") == [("é%sba",)]
    after = made(source)
    if source.mariadb:  # whose master on RDS may not name another definer
        without = [
            [[row[:7] + row[8:] for row in each[0]], [row[:2] + row[3:] for row in each[1]]] for each in (before, after)
        ]
        assert without[0] == without[1]
    else:
        assert after == before


def test_waking_waits_for_whoever_has_a_table_in_use_and_says_so(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "LOCK_SECONDS", 1)
    app = populate(source)
    facts = source.triggers.firing()
    source.triggers.rest(facts)
    with source.login(app) as backup, backup.cursor() as cursor:
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        cursor.execute("SELECT count(*) FROM t")
        with pytest.raises(SourceError) as held:
            source.triggers.restore(facts)
        assert (held.value.code, held.value.retryable) == (f"SRC-{failures.TRY_AGAIN}", True)
        source.triggers.rest(facts)
        backup.rollback()
    source.triggers.restore(facts)
    assert len(made(source)[0]) == 4


def test_a_restore_that_stopped_half_way_is_finished(source: Any) -> None:
    populate(source)
    before, facts = made(source), source.triggers.firing()
    source.triggers.rest(facts)
    half = {"triggers": list(facts["triggers"])[:2], "events": []}
    source.triggers.restore(half)
    source.triggers.restore(facts)
    assert [row[:7] for row in made(source)[0]] == [row[:7] for row in before[0]]
    source.triggers.rest(facts)
    source.run("DROP EVENT runs")
    source.triggers.rest(facts)
    source.triggers.restore(facts)
    assert len(made(source)[0]) == 4


def test_the_session_that_restored_is_as_it_was(source: Any) -> None:
    populate(source)
    asked = "SELECT @@sql_mode, @@collation_connection, @@character_set_client, @@time_zone, DATABASE()"
    with source.connections.use() as connection:
        before = connection.rows(asked)
    facts = source.triggers.firing()
    source.triggers.rest(facts)
    source.triggers.restore(facts)
    source.triggers.wake_events(facts)
    with source.connections.use() as connection:
        assert connection.rows(asked) == before


def test_triggers_of_the_toolkit_and_of_dms_are_not_the_users(source: Any) -> None:
    source.extra.append("awsdms_control")
    source.run(
        "CREATE DATABASE awsdms_control",
        "CREATE TABLE awsdms_control.t (id int)",
        "CREATE TRIGGER awsdms_control.tr BEFORE INSERT ON awsdms_control.t FOR EACH ROW SET @x = 1",
    )
    assert source.triggers.firing() == {"triggers": [], "events": []}
