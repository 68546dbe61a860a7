"""Every single mutation on either side is found and named; equal data never raises an alarm."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from checks.facts import TableName
from migrate.events import Progressed
from migrate.model.validation import Difference, DifferenceKind, Verdict

pytestmark = pytest.mark.server

ORDERS = TableName("public", "orders")
TABLES = (
    """CREATE TABLE orders (
        shop text NOT NULL, number bigint NOT NULL, total numeric(12,2), note text, at timestamptz, paid boolean,
        weight double precision, raw bytea, tags text[], more jsonb, PRIMARY KEY (shop, number))""",
    """INSERT INTO orders SELECT 'shop ' || n % 7, n, n * 1.5, 'note ' || n,
        timestamptz '2026-01-01' + n * interval '1 min',
        n % 2 = 0, n / 3.0, decode(md5(n::text), 'hex'), ARRAY['a', n::text], jsonb_build_object('n', n)
        FROM generate_series(1, 3000) n""",
    "CREATE TABLE loose (a integer, b text)",
    "INSERT INTO loose SELECT n % 500, 'b' || n % 500 FROM generate_series(1, 2000) n",
)

KEY = ("shop 4", "1005")
WHERE = "WHERE shop = 'shop 4' AND number = 1005"
CHANGED, NO_TARGET, NO_SOURCE = (
    DifferenceKind.CHANGED,
    DifferenceKind.MISSING_ON_TARGET,
    DifferenceKind.MISSING_ON_SOURCE,
)

MUTATIONS = {
    "number": (f"UPDATE orders SET total = total + 0.01 {WHERE}", KEY, ("total",)),
    "text": (f"UPDATE orders SET note = 'Note 1005' {WHERE}", KEY, ("note",)),
    "trailing space": (f"UPDATE orders SET note = note || ' ' {WHERE}", KEY, ("note",)),
    "null": (f"UPDATE orders SET note = NULL {WHERE}", KEY, ("note",)),
    "empty text": (f"UPDATE orders SET note = '' {WHERE}", KEY, ("note",)),
    "microsecond": (f"UPDATE orders SET at = at + interval '1 microsecond' {WHERE}", KEY, ("at",)),
    "boolean": (f"UPDATE orders SET paid = NOT paid {WHERE}", KEY, ("paid",)),
    "last bit of a float": (f"UPDATE orders SET weight = weight * 1.0000000000000002 {WHERE}", KEY, ("weight",)),
    "bytes": (f"UPDATE orders SET raw = raw || '\\x00' {WHERE}", KEY, ("raw",)),
    "array": (f"UPDATE orders SET tags[2] = '1006' {WHERE}", KEY, ("tags",)),
    "json": (f"UPDATE orders SET more = '{{\"n\": 1006}}' {WHERE}", KEY, ("more",)),
    "two columns": (f"UPDATE orders SET paid = NOT paid, note = '' {WHERE}", KEY, ("note", "paid")),
}


def _swap(two_sides: Any, side: str) -> None:
    two_sides.on(
        side,
        """UPDATE orders o SET note = p.note FROM orders p WHERE (o.shop, o.number, p.number)
           IN (('shop 4', 1005, 1012), ('shop 4', 1012, 1005)) AND p.shop = 'shop 4'""",
    )


@pytest.fixture
def equal(two_sides: Any) -> Any:
    two_sides.on("both", *TABLES)
    return two_sides


def test_equal_data_raises_no_alarm(equal: Any) -> None:
    equal.on("target", "UPDATE orders SET note = note", "VACUUM FULL loose", "DELETE FROM loose WHERE a = 7")
    equal.on("target", "INSERT INTO loose SELECT 7, 'b7' FROM generate_series(1, 4)")
    report = equal.compare("orders", "loose")
    assert report.verdict is Verdict.MATCH
    assert [(t.source_rows, t.target_rows, t.differences, t.reason) for t in report.tables] == [
        (3000, 3000, (), ""),
        (2000, 2000, (), ""),
    ]
    assert report.tables[0].chunks > 3
    assert report.scope == "full"


@pytest.mark.parametrize("side", ["source", "target"])
def test_every_change_of_a_value_is_named(equal: Any, side: str) -> None:
    for name, (statement, key, columns) in MUTATIONS.items():
        with equal.connect(side) as connection:
            saved = connection.execute(f"SELECT * FROM orders {WHERE}").fetchone()
            connection.execute(statement)
        report = equal.compare("orders")
        assert report.verdict is Verdict.DIFFERS, name
        [difference] = report.tables[0].differences
        assert (difference.key, difference.kind) == (key, CHANGED), name
        assert tuple(sorted(difference.columns)) == columns, name
        equal.on(side, f"DELETE FROM orders {WHERE}")
        with equal.connect(side) as connection:
            values = [*saved[:-1], json.dumps(saved[-1])]
            connection.execute(f"INSERT INTO orders VALUES ({', '.join(['%s'] * len(values))})", values)
    assert equal.compare("orders").verdict is Verdict.MATCH


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("key", [("shop 1", "1"), ("shop 4", "1005"), ("shop 4", "3000")])
def test_a_missing_row_is_named(equal: Any, side: str, key: tuple[str, str]) -> None:
    shop = f"shop {int(key[1]) % 7}"
    equal.on(side, f"DELETE FROM orders WHERE shop = '{shop}' AND number = {key[1]}")
    [table] = equal.compare("orders").tables
    kind = NO_SOURCE if side == "source" else NO_TARGET
    assert table.differences == (Difference(ORDERS, (shop, key[1]), kind),)
    assert {table.source_rows, table.target_rows} == {2999, 3000}


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("key", [("a first shop", "-5"), ("shop 4", "1006"), ("zzz", "9999999")])
def test_an_extra_row_is_named_wherever_its_key_lies(equal: Any, side: str, key: tuple[str, str]) -> None:
    equal.on(side, f"INSERT INTO orders VALUES ('{key[0]}', {key[1]})")
    [table] = equal.compare("orders").tables
    kind = NO_TARGET if side == "source" else NO_SOURCE
    assert table.differences == (Difference(ORDERS, key, kind),)


def test_values_swapped_between_rows_are_found(equal: Any) -> None:
    _swap(equal, "target")
    [table] = equal.compare("orders").tables
    assert [(d.key, d.kind, d.columns) for d in table.differences] == [
        (("shop 4", "1005"), CHANGED, ("note",)),
        (("shop 4", "1012"), CHANGED, ("note",)),
    ]


def test_a_moved_key_is_one_row_missing_on_each_side(equal: Any) -> None:
    equal.on("target", f"UPDATE orders SET number = 100000 {WHERE}")
    [table] = equal.compare("orders").tables
    assert {(d.key, d.kind) for d in table.differences} == {(KEY, NO_TARGET), (("shop 4", "100000"), NO_SOURCE)}


@pytest.mark.parametrize("side", ["source", "target"])
def test_rows_without_a_key_are_counted_alike(equal: Any, side: str) -> None:
    equal.on(side, "DELETE FROM loose WHERE ctid = (SELECT min(ctid) FROM loose WHERE a = 42)")
    [table] = equal.compare("loose").tables
    assert table.verdict is Verdict.DIFFERS
    assert [d.kind for d in table.differences] == [NO_SOURCE if side == "source" else NO_TARGET]
    equal.on(side, "INSERT INTO loose VALUES (42, 'b42'), (42, 'b42')")
    [table] = equal.compare("loose").tables
    assert [d.kind for d in table.differences] == [NO_TARGET if side == "source" else NO_SOURCE]


def test_a_changed_row_without_a_key_is_one_missing_on_each_side(equal: Any) -> None:
    equal.on("target", "UPDATE loose SET b = 'x' WHERE ctid = (SELECT min(ctid) FROM loose WHERE a = 42)")
    [table] = equal.compare("loose").tables
    assert sorted(d.kind for d in table.differences) == sorted([NO_TARGET, NO_SOURCE])


def test_many_differences_are_counted_but_not_all_named(equal: Any) -> None:
    equal.on("target", "UPDATE orders SET paid = NOT paid WHERE number <= 700")
    [table] = equal.compare("orders", most_differences=10).tables
    assert table.verdict is Verdict.DIFFERS
    assert len(table.differences) == 10
    assert re.fullmatch(r"at least \d+ rows differ, 10 of them are named; [1-7] of [67] ranges differ", table.reason), (
        table.reason
    )


def test_a_key_that_may_sort_unlike_on_the_two_sides_is_compared_all_the_same(two_sides: Any) -> None:
    words = "CREATE TABLE words (word text COLLATE {} PRIMARY KEY, n integer)"
    two_sides.on("source", words.format('"C"'))
    two_sides.on("target", "CREATE COLLATION utf (provider = libc, locale = 'C.utf8')", words.format("utf"))
    two_sides.on(
        "both",
        """INSERT INTO words SELECT (CASE n % 4 WHEN 0 THEN 'a' WHEN 1 THEN 'B' WHEN 2 THEN 'é' ELSE '_' END) || n, n
           FROM generate_series(1, 3000) n""",
        "ANALYZE words",
    )
    shapes = [side.rows.shapes([TableName("public", "words")]) for side in (two_sides.source, two_sides.target)]
    assert len({shape.key_order for found in shapes for shape in found.values()}) == 2
    assert two_sides.compare("words", rows_per_chunk=200).verdict is Verdict.MATCH
    two_sides.on("target", "UPDATE words SET n = -1 WHERE n IN (17, 2999)", "DELETE FROM words WHERE n = 1000")
    two_sides.on("source", "INSERT INTO words VALUES ('Ä', 1)")
    [table] = two_sides.compare("words", rows_per_chunk=200).tables
    assert {(d.key, d.kind) for d in table.differences} == {
        (("B17",), CHANGED),
        (("_2999",), CHANGED),
        (("a1000",), NO_TARGET),
        (("Ä",), NO_TARGET),
    }
    assert (table.source_rows, table.target_rows) == (3001, 2999)


def test_frozen_sides_show_the_same_differences_without_a_second_look(equal: Any) -> None:
    equal.on("target", f"UPDATE orders SET note = '' {WHERE}", "DELETE FROM loose WHERE a = 3")

    def never() -> None:
        raise AssertionError("nothing is under way")

    orders, loose = equal.compare("orders", "loose", frozen=True, settle=never).tables
    assert [(d.key, d.columns) for d in orders.differences] == [(KEY, ("note",))]
    assert [d.kind for d in loose.differences] == [NO_TARGET]


def test_more_candidates_than_are_kept_never_pass(equal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("comparison", "tally"):
        monkeypatch.setattr(f"migrate.stages.validate.{module}.CANDIDATES_MAX", 20)
    equal.on("target", "UPDATE orders SET paid = NOT paid")
    [table] = equal.compare("orders").tables
    assert table.verdict is Verdict.DIFFERS
    assert "more rows seem to differ" in table.reason
    assert "6 of 7 ranges differ" in table.reason
    assert len(table.differences) == 20
    assert (table.source_rows, table.target_rows) == (3000, 3000)


def test_a_chunk_that_does_not_fit_is_narrowed_by_buckets(equal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrate.stages.validate.comparison.HELD_MAX", 250)
    equal.on("target", f"UPDATE orders SET note = '' {WHERE}", "DELETE FROM loose WHERE a = 3")
    orders, loose = equal.compare("orders", "loose", rows_per_chunk=3000).tables
    assert [d.key for d in orders.differences] == [KEY]
    assert [d.kind for d in loose.differences] == [NO_TARGET]
    monkeypatch.setattr("migrate.stages.validate.comparison.HELD_MAX", 1)
    monkeypatch.setattr("migrate.stages.validate.comparison.BUCKETS", 7)
    equal.on("target", "UPDATE orders SET note = ''")
    [table] = equal.compare("orders", rows_per_chunk=3000).tables
    assert table.verdict is Verdict.DIFFERS
    assert "more rows seem to differ" in table.reason


def test_what_cannot_be_compared_is_unknown_and_the_rest_is_compared(equal: Any) -> None:
    equal.on("both", "CREATE TABLE wide (id integer PRIMARY KEY, a text)", "CREATE TABLE slack (id integer NOT NULL)")
    equal.on("target", "ALTER TABLE wide ADD COLUMN b text", "ALTER TABLE slack ADD PRIMARY KEY (id)")
    equal.on("source", "CREATE TABLE lonely (id integer PRIMARY KEY)")
    equal.on("source", "CREATE TABLE barred (id integer PRIMARY KEY)", "CREATE TABLE fine (id integer PRIMARY KEY)")
    equal.on("target", "CREATE TABLE fine (id integer PRIMARY KEY)")
    report = equal.compare("wide", "lonely", "slack", "fine")
    found = {str(table.table): (table.verdict, table.reason) for table in report.tables}
    assert report.verdict is Verdict.UNKNOWN
    assert found["public.fine"] == (Verdict.MATCH, "")
    assert found["public.wide"] == (Verdict.UNKNOWN, "the columns differ: b (target only)")
    assert found["public.lonely"][0] is Verdict.UNKNOWN
    assert found["public.lonely"][1] == "there is no such table on the target"
    assert found["public.slack"] == (Verdict.UNKNOWN, "the key differs: () on the source, (id) on the target")


def test_comparing_nothing_proves_nothing(equal: Any) -> None:
    assert equal.compare().verdict is Verdict.UNKNOWN


def test_a_server_that_goes_away_makes_the_verdict_unknown(equal: Any) -> None:
    equal.target.close()
    server, _ = equal.places["target"]
    server.stop()
    try:
        report = equal.compare("orders", "loose")
    finally:
        server.start()
    assert [table.verdict for table in report.tables] == [Verdict.UNKNOWN] * 2
    assert all(table.reason for table in report.tables)


def test_progress_is_told_by_tables(equal: Any) -> None:
    equal.compare("orders", "loose")
    told = [event for event in equal.events if isinstance(event, Progressed)]
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert (told[-1].done, told[-1].total, told[-1].unit) == (2, 2, "tables")


def test_the_delta_proof_compares_the_touched_keys_only(equal: Any) -> None:
    equal.on("target", f"UPDATE orders SET note = '' {WHERE}", "DELETE FROM orders WHERE number = 1")
    clean = equal.prove({"orders": {("shop 2", "2"), ("shop 3", "3"), ("gone", "0")}})
    assert (clean.verdict, clean.scope, clean.tables[0].source_rows) == (Verdict.MATCH, "delta", 2)
    found = equal.prove({"orders": {("shop 2", "2"), KEY, ("shop 1", "1")}, "loose": None})
    assert found.verdict is Verdict.DIFFERS
    assert [(d.key, d.kind, d.columns) for d in found.tables[0].differences] == [
        (("shop 1", "1"), NO_TARGET, ()),
        (KEY, CHANGED, ("note",)),
    ]
    assert (found.tables[1].verdict, found.tables[1].source_rows) == (Verdict.MATCH, 2000)
    equal.on("source", "DELETE FROM loose WHERE a = 1")
    assert equal.prove({"loose": None}).verdict is Verdict.DIFFERS


def test_nothing_touched_is_a_match(equal: Any) -> None:
    assert equal.prove({}).verdict is Verdict.MATCH
    assert equal.prove({"orders": set()}).verdict is Verdict.MATCH


def test_the_delta_proof_of_a_table_that_is_missing_is_unknown(equal: Any) -> None:
    equal.on("target", "DROP TABLE orders")
    assert equal.prove({"orders": {KEY}}).verdict is Verdict.UNKNOWN
