"""What every engine's end of a feed must tell, told against a real server."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName
from migrate.model.watching import Beat, ExceptionsOf

MARKER = "forward_main"
CONTROL = "awsdms_control"


@pytest.fixture
def marked(world: Any) -> Any:
    world.database.markers.prepare([MARKER])
    yield world
    world.database.markers.drop()


def test_before_any_marker_nothing_is_told(world: Any) -> None:
    feed = world.database.feed
    assert feed.newest(MARKER) is None
    assert feed.probes(MARKER) == {}
    assert not feed.holds(MARKER, Beat("token", "2026-01-01 00:00:00", 0.0))


def test_the_newest_marker_is_told_with_its_age_and_the_probe_is_none(marked: Any) -> None:
    feed, markers = marked.database.feed, marked.database.markers
    markers.probe(MARKER)
    assert feed.newest(MARKER) is None
    markers.write(MARKER, "first")
    markers.write(MARKER, "second")
    beat = feed.newest(MARKER)
    assert beat is not None
    assert beat.token == "second"
    assert beat.age_seconds >= 0
    assert feed.holds(MARKER, beat)
    assert not feed.holds(MARKER, Beat("third", beat.written_at, 0.0))


def test_a_heartbeat_is_one_row_written_again(marked: Any) -> None:
    feed = marked.database.feed
    earlier, later = feed.beat(MARKER), feed.beat(MARKER)
    assert earlier.token == later.token
    assert earlier.written_at < later.written_at
    assert feed.holds(MARKER, earlier), "a later writing is at least as good"
    assert feed.holds(MARKER, later)
    marked.run(f"DELETE FROM aurora_migrate.marker_{MARKER}")
    assert not feed.holds(MARKER, later)


def test_probes_are_alike_however_they_were_written(marked: Any) -> None:
    marked.database.markers.probe(MARKER)
    marked.database.markers.probe(MARKER)
    marked.database.markers.write(MARKER, "a change")
    probes = marked.database.feed.probes(MARKER)
    kinds = {name.partition("/")[2] for name in probes}
    assert {"date", "time", "timestamp"} <= kinds
    assert {name.partition("/")[0] for name in probes} == {"load", "changes"}
    assert all(probes[f"load/{kind}"] == probes[f"changes/{kind}"] for kind in kinds)
    assert probes["load/date"] == "2024-02-29"
    assert "2024-03-31 02:30:00.123456" in probes.values(), "an hour that Europe's clocks passed over"


def test_a_marker_table_of_an_earlier_version_has_no_probes(marked: Any) -> None:
    marked.run(f"ALTER TABLE aurora_migrate.marker_{MARKER} DROP COLUMN probe_date")
    marked.database.markers.write(MARKER, "a change")
    assert marked.database.feed.probes(MARKER) == {}


def test_control_tables_tell_every_loss_and_the_tables_a_task_suspended(world: Any) -> None:
    feed = world.database.feed
    assert feed.control(CONTROL, "TASK") is None
    postgres = _postgres(world)

    def named(column: str) -> str:
        """DMS quotes the upper-case columns of PostgreSQL."""
        return f'"{column}"' if postgres else column

    world.run(
        f"CREATE SCHEMA {CONTROL}",
        f"CREATE TABLE {CONTROL}.awsdms_apply_exceptions ({named('TASK_NAME')} varchar(128),"
        f" {named('TABLE_OWNER')} varchar(128), {named('TABLE_NAME')} varchar(128),"
        f" {named('ERROR_TIME')} timestamp, {named('STATEMENT')} text, {named('ERROR')} text)",
        f"CREATE TABLE {CONTROL}.awsdms_suspended_tables (task_name varchar(128), table_owner varchar(128),"
        " table_name varchar(128), suspend_reason varchar(32))",
    )
    try:
        empty = feed.control(CONTROL, "TASK")
        assert empty is not None
        assert (empty.exceptions, dict(empty.suspended)) == ((), {})
        world.run(
            f"INSERT INTO {CONTROL}.awsdms_apply_exceptions VALUES"
            " ('TASK', 's', 't', '2026-11-27 01:00:00', 'a secret', 'e'),"
            " ('TASK', 's', 't', '2026-11-27 03:00:00', 'a secret', 'e'),"
            " ('OTHER', 's', 'u', '2026-11-27 03:00:00', 'a secret', 'e')",
            f"INSERT INTO {CONTROL}.awsdms_suspended_tables"
            " VALUES ('TASK', 's', 't', 'error'), ('OTHER', 's', 'u', '')",
        )
        told = feed.control(CONTROL, "TASK")
        assert told is not None
        assert told.exceptions == (
            ExceptionsOf(TableName("s", "t"), 2, "2026-11-27 03:00:00"),
            ExceptionsOf(TableName("s", "u"), 1, "2026-11-27 03:00:00"),
        )
        assert dict(told.suspended) == {TableName("s", "t"): "error"}
        assert "secret" not in repr(told)
        world.run(f"DROP TABLE {CONTROL}.awsdms_suspended_tables")
        half = feed.control(CONTROL, "TASK")
        assert half is not None
        assert half.exceptions == told.exceptions
        assert half.suspended is None, "a table that is not there tells of nothing, not of no table"
    finally:
        world.run(
            f"DROP TABLE IF EXISTS {CONTROL}.awsdms_apply_exceptions, {CONTROL}.awsdms_suspended_tables",
            f"DROP SCHEMA {CONTROL}",
        )


def test_the_largest_value_of_a_column_is_told_in_bytes(world: Any) -> None:
    large = "text" if _postgres(world) else "longtext"
    world.run(
        f"CREATE TABLE {world.schema}.papers (id integer PRIMARY KEY, short varchar(40), body {large})",
        f"INSERT INTO {world.schema}.papers VALUES (1, 'x', REPEAT('é', 3000)), (2, NULL, NULL)",
        f"CREATE TABLE {world.schema}.blank (id integer PRIMARY KEY, body {large})",
    )
    tables = [world.table("papers"), world.table("blank"), world.table("not_there")]
    found = {(one.table.name, one.column): one.bytes for one in world.database.feed.large_values(tables)}
    assert found == {("papers", "body"): 6000, ("blank", "body"): 0}


def test_the_log_is_told_and_a_task_that_stopped_at_its_end_misses_nothing(world: Any) -> None:
    database = world.database
    database.log.create_slot("am_contract_feed")
    try:
        position = database.log.position()  # after the slot: the server itself writes into its log now and then
        standing = database.feed.log("am_contract_feed", checkpoint(position), "am_contract_")
        assert standing.held_bytes >= 0
        assert standing.held_by
        assert (standing.gap, standing.silent) == ("", False)
        assert [slot.name for slot in standing.slots] in ([], ["am_contract_feed"])
    finally:
        database.log.drop_slot("am_contract_feed")


def _postgres(world: Any) -> bool:
    return "/" in world.database.log.position()


def checkpoint(position: str) -> str:
    """As DMS writes it for either family (dms.md §9)."""
    kind = 1 if "/" in position else 27
    return f"checkpoint:V1#{kind}#{position}{'#0#0#*#0#0' if kind == 1 else ':-1:0:0:x.000001:4#0#0#*#0#0'}"


def test_a_log_that_begins_after_the_checkpoint_has_a_gap(world: Any) -> None:
    """PostgreSQL: the slot was made anew. MySQL: the checkpoint is of another log, one that was longer."""
    database = world.database
    stopped = database.log.position()
    postgres = _postgres(world)
    if postgres:
        world.run(f"CREATE TABLE {world.schema}.moves (id integer PRIMARY KEY)")
        database.log.create_slot("am_contract_feed")
    try:
        place = checkpoint(stopped if postgres else stopped.replace(":", "9:"))
        standing = database.feed.log("am_contract_feed" if postgres else None, place, "am_contract_")
        assert standing.gap
        assert standing.silent
        assert "anew" in standing.gap
        assert database.feed.log("am_contract_feed" if postgres else None, "", "am_contract_").gap == ""
    finally:
        database.log.drop_slot("am_contract_feed")


def test_what_is_gone_is_told_too_though_the_task_would_say_so_itself(world: Any) -> None:
    database = world.database
    position = database.log.position()
    stopped = position if "/" in position else "binlog.000000:4"
    standing = database.feed.log("am_no_such_slot", checkpoint(stopped), "am_contract_")
    assert standing.gap
    assert not standing.silent


def test_of_which_tables_the_log_does_not_tell_rows_apart(world: Any) -> None:
    """PostgreSQL's holds of an old row what identifies it by the table's replica identity; MySQL's holds it whole."""
    unique = "(a int NOT NULL, b int, UNIQUE (a))"
    name = {table: world.table(table) for table in ("unique_only", "keyed")}
    world.run(f"CREATE TABLE {name['unique_only']} {unique}", f"CREATE TABLE {name['keyed']} (a int PRIMARY KEY)")
    postgres = _postgres(world)
    assert world.database.feed.untold(list(name.values())) == ({name["unique_only"]} if postgres else frozenset())
    if not postgres:
        return
    world.run("ALTER TABLE unique_only REPLICA IDENTITY USING INDEX unique_only_a_key")
    world.run("ALTER TABLE keyed REPLICA IDENTITY NOTHING")
    assert world.database.feed.untold(list(name.values())) == {name["keyed"]}
    world.run("ALTER TABLE unique_only DROP CONSTRAINT unique_only_a_key")
    world.run("ALTER TABLE keyed REPLICA IDENTITY FULL")
    assert world.database.feed.untold(list(name.values())) == {name["unique_only"]}
    world.run("CREATE TABLE parted (a int NOT NULL, UNIQUE (a)) PARTITION BY RANGE (a)")
    world.run("CREATE TABLE leaf PARTITION OF parted FOR VALUES FROM (0) TO (9)")
    assert world.database.feed.untold([world.table("parted")]) == {world.table("parted")}
