"""Counters: read as the numbers that were handed out, raised with headroom, never lowered, proven by one query."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.engines.failures import NO_SUCH_OBJECT, TRY_AGAIN
from migrate.errors import SourceError

pytestmark = pytest.mark.server


def test_values_are_what_was_handed_out_committed_or_not(source: Any) -> None:
    source.run(
        "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY)",
        "CREATE TABLE fresh (id int AUTO_INCREMENT PRIMARY KEY)",
        "CREATE TABLE plain (id int PRIMARY KEY)",
        "INSERT INTO a VALUES (NULL), (NULL)",
        "DELETE FROM a",
        "BEGIN",
        "INSERT INTO a VALUES (NULL)",
        "ROLLBACK",
    )
    assert source.sequences.values() == {f"{source.name}.a": 3}
    source.run("INSERT INTO a VALUES (50)")
    assert source.sequences.values() == {f"{source.name}.a": 50}


def test_a_database_that_stays_behind_keeps_its_counters_and_triggers(source: Any) -> None:
    """Nothing of it is copied: its counters are behind nowhere, and its triggers are others' business."""
    stays = f"{source.name}_stays"
    source.extra.append(stays)
    source.run(f"CREATE DATABASE {stays}", f"GRANT ALL ON {stays}.* TO '{source.master.user}'@'%'", superuser=True)
    for database in (source.name, stays):
        source.run(
            f"CREATE TABLE {database}.a (id int AUTO_INCREMENT PRIMARY KEY)",
            f"CREATE TRIGGER {database}.fires BEFORE INSERT ON {database}.a FOR EACH ROW SET @x = 1",
            f"INSERT INTO {database}.a VALUES (NULL)",
            superuser=True,
        )
    assert source.sequences.values([source.name]) == {f"{source.name}.a": 1}
    assert set(source.sequences.values()) == {f"{source.name}.a", f"{stays}.a"}
    assert [one["schema"] for one in source.triggers.firing([source.name])["triggers"]] == [source.name]


def test_raised_counters_stand_ahead_and_are_never_lowered(source: Any) -> None:
    source.run("CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO a VALUES (7)")
    name, sequences = f"{source.name}.a", source.sequences
    assert sequences.behind({name: 7}) == []
    assert sequences.behind({name: 8, f"{source.name}.absent": 1}) == [name, f"{source.name}.absent"]
    sequences.raise_to({name: 100}, headroom=20)
    assert sequences.values() == {name: 120}
    sequences.raise_to({name: 50}, headroom=20)
    assert sequences.values() == {name: 120}
    assert sequences.behind({name: 120}) == []
    source.run("INSERT INTO a VALUES (NULL)")
    assert source.run("SELECT MAX(id) FROM a") == [(121,)]
    with pytest.raises(SourceError) as caught:
        sequences.raise_to({f"{source.name}.absent": 1}, headroom=1)
    assert caught.value.code == f"SRC-{NO_SUCH_OBJECT}"


def test_a_step_is_the_servers_increment(source: Any) -> None:
    source.run("CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO a VALUES (7)")
    source.run("SET GLOBAL auto_increment_increment = 10", superuser=True)
    try:
        source.connections.close()
        source.sequences.raise_to({f"{source.name}.a": 7}, headroom=5)
        assert source.sequences.values() == {f"{source.name}.a": 57}
    finally:
        source.run("SET GLOBAL auto_increment_increment = 1", superuser=True)


@pytest.mark.parametrize(
    ("kind", "maximum"), [("tinyint", 127), ("smallint unsigned", 65535), ("bigint unsigned", 2**64 - 1)]
)
def test_no_counter_goes_past_its_type(source: Any, kind: str, maximum: int) -> None:
    source.run(f"CREATE TABLE a (id {kind} AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO a VALUES (3)")
    name, sequences = f"{source.name}.a", source.sequences
    sequences.raise_to({name: 3}, headroom=10**30)
    assert sequences.values() == {name: maximum}, "used up, whether its last number was handed out or not"
    assert sequences.behind({name: maximum}) == []
    assert sequences.behind({name: maximum + 5}) == [], "the other side cannot have handed out more"


def test_a_table_in_use_is_waited_for_a_little_at_a_time_and_then_told(source: Any, monkeypatch: Any) -> None:
    from migrate.engines.mysql import sequences as module

    monkeypatch.setattr(module, "_ATTEMPTS", 2)
    monkeypatch.setattr(module, "_LOCK_SECONDS", 1)
    source.run("CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO a VALUES (3)")
    with source.login(source.user(), autocommit=False) as other, other.cursor() as cursor:
        cursor.execute("SELECT * FROM a")
        with pytest.raises(SourceError) as caught:
            source.sequences.raise_to({f"{source.name}.a": 3}, headroom=10)
        assert caught.value.code == f"SRC-{TRY_AGAIN}"
        assert caught.value.retryable
        cursor.execute("COMMIT")
        source.sequences.raise_to({f"{source.name}.a": 3}, headroom=10)
    assert source.sequences.values() == {f"{source.name}.a": 13}


def test_a_mariadb_sequence_counts_what_it_has_cached_and_is_no_concern_of_mysql(source: Any, target: Any) -> None:
    name = f"sequence {source.name}.numbers"
    assert target.sequences.behind({name: 5}) == []
    target.sequences.raise_to({name: 5}, headroom=1)
    if not source.mariadb:
        assert source.sequences.values() == {}
        return
    source.run("CREATE SEQUENCE numbers START WITH 10 INCREMENT BY 5 CACHE 4", "CREATE SEQUENCE fresh")
    source.run("CREATE SEQUENCE down START WITH 0 MINVALUE -100 MAXVALUE 0 INCREMENT BY -1 NOCACHE")
    source.run("SELECT NEXTVAL(numbers), NEXTVAL(down)")
    down = f"sequence {source.name}.down"
    assert source.sequences.values() == {name: 25, down: 0}
    assert source.sequences.behind({name: 26, down: -1}) == [down, name]
    source.sequences.raise_to({name: 26, down: -1}, headroom=2)
    assert source.sequences.behind({name: 26, down: -1}) == []
    [(following, low)] = source.run("SELECT NEXTVAL(numbers), NEXTVAL(down)")
    assert following > 26 + 2 * 5 - 5
    assert low < -2
    source.sequences.raise_to({down: -500}, headroom=1)
    assert source.sequences.values()[down] == -100
