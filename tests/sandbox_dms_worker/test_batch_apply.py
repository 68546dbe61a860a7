"""BatchApplyEnabled: net changes, and one by one where the target refuses them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from migrate.sandbox.dms import mappings
from migrate.sandbox.dms.worker.batching import net_changes
from migrate.sandbox.dms.worker.changes import UNCHANGED, Change, Row
from migrate.sandbox.dms.worker.reporting import TableStatistics
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.tables import Column, Table

BATCH = {"TargetMetadata": {"BatchApplyEnabled": True}}
NAMES = (b"id", b"v", b"w")
RULES = {
    "rules": [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-action": "include",
            "object-locator": {"schema-name": "s", "table-name": "%"},
        }
    ]
}


def route(table: str = "t", key: tuple[str, ...] = ("id",)) -> Route[Any]:
    columns = tuple(
        Column(name=name.decode(), type_sql="text", place=at, not_null=False, generated=False, is_lob=False)
        for at, name in enumerate(NAMES)
    )
    there = Table("s", table, columns, key, (), full_identity=False, size=0)
    (selection,) = mappings.parse(RULES).select([("s", table)])
    return Route(selection, there, there, TableStatistics("s", table))


def change(kind: str, number: int, v: Any = b"", w: Any = b"") -> Change:
    row = Row(NAMES, [str(number).encode(), v, w])
    key = Row(NAMES[:1], [str(number).encode()])
    return Change(b"s.t", kind, None if kind == "D" else row, key if kind == "D" else None, 1)


def shown(nets: Any) -> list[Any]:
    assert nets is not None
    return [(net.kind, *((net.new or net.old).values)) for _, net in nets]


def test_only_the_end_of_a_rows_way_is_left() -> None:
    one = route()
    batch = [
        change("I", 1, b"a"),
        change("U", 1, b"b", UNCHANGED),
        change("I", 2),
        change("D", 2),
        change("U", 3, b"c"),
        change("U", 3, UNCHANGED, b"d"),
        change("U", 4),
        change("D", 4),
        change("D", 5),
        change("I", 5, b"again"),
        change("I", 6),
        change("D", 6),
        change("I", 6, b"after all"),
    ]
    assert shown(net_changes([(one, each) for each in batch])) == [
        ("D", b"4"),
        ("U", b"3", b"c", b"d"),
        ("U", b"5", b"again", b""),
        ("I", b"1", b"b", b""),
        ("I", b"6", b"after all", b""),
    ]


def test_tables_come_one_after_the_other() -> None:
    one, two = route("one"), route("two")
    batch = [(one, change("I", 1)), (two, change("I", 1)), (one, change("D", 9)), (two, change("D", 9))]
    nets = net_changes(batch)
    assert nets is not None
    assert [(net[0].name[1], net[1].kind) for net in nets] == [("one", "D"), ("one", "I"), ("two", "D"), ("two", "I")]


@pytest.mark.parametrize("odd", ["no key", "moved", "truncated"])
def test_what_cannot_be_netted_is_left_as_it_is(odd: str) -> None:
    one = route(key=() if odd == "no key" else ("id",))
    last = change("U", 2)
    if odd == "moved":
        last.old = Row(NAMES[:1], [b"1"])
    if odd == "truncated":
        last = Change(b"s.t", "T", None, None)
    assert net_changes([(one, change("I", 1)), (one, last)]) is None


@pytest.mark.server
def test_a_batch_spares_the_target_what_lies_between(stage: Any) -> None:
    stage.make("CREATE TABLE acc (id int PRIMARY KEY, v int, note text)", "CREATE TABLE parent (id int PRIMARY KEY)")
    stage.make("CREATE TABLE child (id int PRIMARY KEY, p int)")
    stage.target.execute("CREATE TABLE seen (op text); GRANT INSERT ON seen TO PUBLIC")
    stage.target.execute(
        "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO public.seen VALUES (TG_OP); RETURN NULL; END $$"
    )
    stage.target.execute(
        "CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON acc FOR EACH ROW EXECUTE FUNCTION see()"
    )
    stage.target.execute("ALTER TABLE child ADD FOREIGN KEY (p) REFERENCES parent")
    stage.source.execute("INSERT INTO acc SELECT g, 0, repeat('x', 5000) FROM generate_series(1, 10) g")
    worker = stage.run(settings=BATCH, target_settings={})
    worker.loaded("acc", "parent", "child", "marker")
    stage.settle(worker)
    stage.target.execute("TRUNCATE seen")
    with stage.source.transaction():
        for _ in range(20):
            stage.source.execute("UPDATE acc SET v = v + 1")
        stage.source.execute(
            "INSERT INTO acc VALUES (11, 1); DELETE FROM acc WHERE id = 11; DELETE FROM acc WHERE id = 10"
        )
    stage.settle(worker)
    stage.equal("acc")
    assert stage.target.execute("SELECT op, count(*) FROM seen GROUP BY 1 ORDER BY 1").fetchall() == [
        ("DELETE", 1),
        ("UPDATE", 9),
    ]
    # Children before their parents: the batch is refused and repeated in the source's order.
    with stage.source.transaction():
        stage.source.execute(
            "DELETE FROM child WHERE false; INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1)"
        )
        stage.source.execute("UPDATE child SET p = 1")
    with stage.source.transaction():
        stage.source.execute("DELETE FROM child; DELETE FROM parent")
        stage.source.execute("INSERT INTO parent VALUES (2); INSERT INTO child VALUES (2, 2)")
    stage.settle(worker)
    stage.equal("parent", "child")
    assert stage.exceptions() == []
    worker.stop()
    assert worker.table("acc")["applied_updates"] == 200


@pytest.mark.server
def test_batches_end_as_the_source_on_mysql(mysql_stage: Any) -> None:
    stage = mysql_stage
    stage.make("CREATE TABLE acc (id int PRIMARY KEY, v int, u int UNIQUE)", "CREATE TABLE jotted (v int)")
    worker = stage.run(settings=BATCH)
    worker.loaded("acc", "jotted", "marker")
    stage.settle(worker)
    chance = random.Random(7)
    with stage.source_server.connect(stage.database, autocommit=False) as connection, connection.cursor() as cursor:
        for number in range(300):
            row = chance.randint(1, 30)
            cursor.execute("INSERT IGNORE INTO acc VALUES (%s, 0, %s)", [row, number])
            cursor.execute("UPDATE acc SET v = v + 1 WHERE id = %s", [chance.randint(1, 30)])
            cursor.execute("DELETE FROM acc WHERE id = %s", [chance.randint(1, 30)])
            if number % 10 == 0:
                # A unique value goes from one row to another, as no order of net changes can.
                cursor.execute("DELETE FROM acc WHERE id IN (31, 32)")
                cursor.execute("INSERT INTO acc VALUES (31, 0, -1)")
                cursor.execute("DELETE FROM acc WHERE id = 31")
                cursor.execute("INSERT INTO acc VALUES (32, 0, -1)")
            if number % 50 == 0:
                cursor.execute("INSERT INTO jotted VALUES (%s)", [number])
            connection.commit()
    stage.settle(worker)
    stage.equal("acc", "jotted")
    assert stage.exceptions() == []
    worker.stop()
