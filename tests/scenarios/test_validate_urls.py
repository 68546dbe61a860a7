"""`validate` between two databases that no migration joins: what people hand to it, and what they read."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import psycopg
import pytest

from migrate.report.documents import schema
from tests.scenarios.complaint import ended
from tests.scenarios.pairs import Pair
from tests.scenarios.theatre import LONG

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("validate-urls")]

ORDERS = (
    "CREATE TABLE orders (id integer PRIMARY KEY, customer text NOT NULL, placed_at timestamptz NOT NULL,"
    " total numeric(12,2))",
    "INSERT INTO orders SELECT n, 'customer ' || n, '2026-01-01 00:00+00'::timestamptz + n * interval '1 hour', n * 1.5"
    " FROM generate_series(1, 3000) AS n",
)


def asked(pair: Pair, *more: str, **users: str) -> Any:
    """The JSON document; it fits its schema, and stdout holds nothing else."""
    ran = pair.run("--format", "json", *more, **users)
    found = ran.json
    jsonschema.validate(found, schema("validation"))
    assert ran.code == (0 if found["summary"]["verdict"] == "match" else 3)
    return found


def table(found: Any, name: str) -> Any:
    return next(one for one in found["tables"] if one["table"] == name)


def proof(found: Any, name: str) -> Any:
    return next(one for one in found["proofs"] if one["name"] == name)


def test_equal_databases_match(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    ran = postgres_databases.run()
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[-1].startswith("verdict: match, 3,000 rows in ")


def test_what_differs_is_named_and_its_values_stay_hidden(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on(
        "target",
        "UPDATE orders SET customer = 'somebody else' WHERE id = 17",
        "DELETE FROM orders WHERE id = 18",
        "INSERT INTO orders VALUES (9000, 'nobody', now(), NULL)",
    )
    ran = postgres_databases.run()
    assert ran.code == 3
    told = ran.out.splitlines()
    assert "  changed: id = 17" in told
    assert "    customer  ••• | •••" in told
    assert "  missing on the target: id = 18" in told
    assert "  missing on the source: id = 9000" in told
    assert told[-1].startswith("verdict: differs")
    assert all(len(line) <= 80 for line in told), ran.out
    assert "somebody else" not in ran.out + ran.err


def test_values_are_shown_to_whoever_asks(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on(
        "target",
        "UPDATE orders SET customer = E'\\x1b[31mred\\n' WHERE id = 17",
        "DELETE FROM orders WHERE id = 18",
    )
    ran = postgres_databases.run("--show-values")
    assert "\x1b" not in ran.out
    assert "'customer 17'" in ran.out
    assert "'\\x1b[31mred\\n'" in ran.out
    found = asked(postgres_databases, "--show-values")
    changed, missing = table(found, "public.orders")["differences"]
    assert changed["values"] == [{"column": "customer", "source": "customer 17", "target": "\x1b[31mred\n"}]
    assert {pair["column"]: pair["target"] for pair in missing["values"]} == dict.fromkeys(
        ("customer", "id", "placed_at", "total")
    )
    assert "values" not in str(asked(postgres_databases)["tables"])


def test_a_repair_mends_what_it_names_and_is_never_run(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on(
        "target",
        "UPDATE orders SET customer = 'o''clock; --', total = NULL WHERE id = 17",
        "DELETE FROM orders WHERE id IN (18, 19)",
        "INSERT INTO orders VALUES (9000, 'nobody', now(), NULL)",
    )
    file = postgres_databases.home / "mend.sql"
    ran = postgres_databases.run("--repair", str(file))
    assert ran.code == 3
    assert "SQL for 4 rows in" in ran.err
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert "It was never run" in text
    assert "4 rows of 1 tables" in text
    assert text.endswith("-- End: 4 rows.\n")
    assert postgres_databases.run("--repair", str(file)).code == 2, "an older file is never overwritten"
    assert postgres_databases.run().code == 3, "the tool did not run it"
    postgres_databases.on("target", text)
    assert postgres_databases.run().code == 0
    nothing = postgres_databases.home / "nothing.sql"
    assert "nothing to repair" in postgres_databases.run("--repair", str(nothing)).err
    assert not nothing.exists()


def test_no_name_of_a_table_is_run_with_a_repair(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS, 'CREATE TABLE "bad\nDROP TABLE orders; --" (id integer PRIMARY KEY)')
    postgres_databases.on("source", 'INSERT INTO "bad\nDROP TABLE orders; --" VALUES (1)')
    file = postgres_databases.home / "mend.sql"
    assert postgres_databases.run("--repair", str(file)).code == 3
    postgres_databases.on("target", file.read_text())
    assert postgres_databases.run().code == 0


def test_a_table_on_one_side_only_is_a_finding_and_the_rest_is_compared(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on("source", "CREATE TABLE forgotten (id integer PRIMARY KEY)")
    postgres_databases.on("target", "CREATE TABLE invented (id integer PRIMARY KEY)")
    found = asked(postgres_databases)
    assert found["summary"]["verdict"] == "differs"
    assert table(found, "public.orders")["verdict"] == "match"
    assert table(found, "public.forgotten")["reason"] == "there is no such table on the target"
    assert table(found, "public.invented")["reason"] == "there is no such table on the source"
    assert proof(found, "schema")["details"] == [
        "public.forgotten: only on the source",
        "public.invented: only on the target",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER TABLE orders DROP COLUMN total", "total (source only)"),
        ("ALTER TABLE orders ALTER customer TYPE varchar(40)", "customer"),
        ("ALTER TABLE orders DROP CONSTRAINT orders_pkey", "the key differs"),
    ],
    ids=["a column is missing", "another type", "no key"],
)
def test_a_table_of_another_shape_is_unknown_with_the_reason(postgres_databases: Pair, change: str, says: str) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on("target", change)
    found = asked(postgres_databases)
    assert found["summary"]["verdict"] == "differs", "the schema is not alike"
    orders = table(found, "public.orders")
    if orders["verdict"] == "match":
        assert says in "".join(proof(found, "schema")["details"])
    else:
        assert orders["verdict"] == "unknown"
        assert says in orders["reason"]


def test_another_collation_changes_nothing_but_the_order(postgres_databases: Pair) -> None:
    words = "INSERT INTO words SELECT chr(n) || n FROM generate_series(65, 3000) AS n WHERE n NOT BETWEEN 127 AND 160"
    for side, collation in (("source", "C"), ("target", "pg_c_utf8")):
        postgres_databases.on(side, f'CREATE TABLE words (word text COLLATE "{collation}" PRIMARY KEY)', words)
    assert asked(postgres_databases)["summary"]["verdict"] == "match"
    postgres_databases.on("target", "DELETE FROM words WHERE word LIKE '%2000'")
    (one,) = table(asked(postgres_databases), "public.words")["differences"]
    assert one["kind"] == "missing_on_target"


def test_a_key_with_nulls_is_no_key(postgres_databases: Pair) -> None:
    postgres_databases.on(
        "both", "CREATE TABLE codes (code text UNIQUE)", "INSERT INTO codes VALUES ('a'), (NULL), (NULL)"
    )
    assert asked(postgres_databases)["summary"]["verdict"] == "match"
    postgres_databases.on("target", "INSERT INTO codes VALUES (NULL)")
    codes = table(asked(postgres_databases), "public.codes")
    assert codes["verdict"] == "differs"
    assert (codes["source_rows"], codes["target_rows"]) == (3, 4)


def test_counters_that_stand_behind_the_data_differ(postgres_databases: Pair) -> None:
    postgres_databases.on(
        "both",
        "CREATE TABLE bills (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total integer)",
        "INSERT INTO bills (total) SELECT n FROM generate_series(1, 50) AS n",
    )
    assert asked(postgres_databases)["summary"]["verdict"] == "match"
    postgres_databases.on("target", "ALTER TABLE bills ALTER id RESTART WITH 7")
    found = asked(postgres_databases)
    assert table(found, "public.bills")["verdict"] == "match"
    assert found["summary"]["verdict"] == "differs"
    assert proof(found, "sequences")["details"] == ["public.bills_id_seq: behind 50"]


def test_a_constraint_that_is_not_valid_any_more_differs(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on("source", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)")
    postgres_databases.on("target", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID")
    found = asked(postgres_databases)
    assert found["summary"]["verdict"] == "differs"
    assert proof(found, "constraints")["details"] == ["public.orders: check positive"]


def test_a_shift_of_all_times_is_called_a_time_zone(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on("target", "UPDATE orders SET placed_at = placed_at + interval '2 hours'")
    zones = proof(asked(postgres_databases), "time zones")
    assert zones["reason"] == "a time-zone shift: all of them are 2 h later on the target"
    assert zones["details"] == ["public.orders.placed_at: 2 h later"]
    assert zones["decides"] is False


def test_some_tables_are_compared_and_said_to_be_no_evidence(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS, "CREATE TABLE audit_log (id integer PRIMARY KEY)")
    postgres_databases.on("target", "INSERT INTO audit_log VALUES (1)")
    ran = postgres_databases.run("--tables", "orders")
    assert ran.code == 0, ran.out
    assert "no evidence for a cutover" in ran.out
    found = asked(postgres_databases, "--exclude", "public.audit*")
    assert found["scope"] == "tables"
    assert [one["table"] for one in found["tables"]] == ["public.orders"]


def test_a_moment_of_each_side(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    assert asked(postgres_databases, "--snapshot")["facts"]["frozen"] is True
    postgres_databases.on("target", "UPDATE orders SET total = total + 1 WHERE id = 5")
    assert asked(postgres_databases, "--snapshot")["summary"]["differences"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--tables", "public.nowhere"), "CFG-044", "--tables: no table is called public.nowhere"),
        (("--exclude", "orders"), "CFG-045", "--exclude leaves no table"),
        (("--restart",), "CFG-053", "--restart"),
        (("--workers", "0"), "CFG-000", "--workers"),
        (("--statement-seconds", "none"), "CFG-000", "--statement-seconds"),
        (("--most", "-1"), "CFG-000", "--most"),
        (("--repair", "/nonexistent/mend.sql"), "CFG-047", "cannot be written"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(
    postgres_databases: Pair, arguments: tuple[str, ...], code: str, says: str
) -> None:
    postgres_databases.on("both", *ORDERS)
    ran = postgres_databases.run(*arguments, "--format", "json")
    assert ran.code == 2
    assert ran.json["code"] == code
    assert says in ran.json["message"]
    assert ran.json["hint"]
    assert "Traceback" not in ran.err


def test_engines_that_cannot_be_compared(postgres_databases: Pair) -> None:
    ran = postgres_databases.run("--target", "mysql://somebody@127.0.0.1:1/shop", "--format", "json")
    assert (ran.code, ran.json["code"]) == (2, "CFG-048")


def test_rows_that_may_not_be_read_are_unknown(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS, "CREATE TABLE salaries (id integer PRIMARY KEY)")
    postgres_databases.on(
        "target",
        "CREATE ROLE validate_reader LOGIN PASSWORD 'reads only, and not all'",
        "GRANT SELECT ON orders TO validate_reader",
    )
    postgres_databases.passwords["target"] = "reads only, and not all"
    try:
        found = asked(postgres_databases, target="validate_reader")
    finally:
        postgres_databases.on("target", "REVOKE ALL ON orders FROM validate_reader", "DROP ROLE validate_reader")
    assert table(found, "public.orders")["verdict"] == "match"
    salaries = table(found, "public.salaries")
    assert salaries["verdict"] == "unknown"
    assert "target" in salaries["reason"]
    assert found["summary"]["verdict"] != "match"


def test_rows_that_a_policy_hides_are_unknown(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    postgres_databases.on(
        "target",
        "CREATE ROLE validate_guest LOGIN PASSWORD 'sees less'",
        "GRANT SELECT ON orders TO validate_guest",
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY few ON orders USING (id < 10)",
    )
    postgres_databases.passwords["target"] = "sees less"
    try:
        found = asked(postgres_databases, target="validate_guest")
    finally:
        postgres_databases.on("target", "REVOKE ALL ON orders FROM validate_guest", "DROP ROLE validate_guest")
    assert table(found, "public.orders")["verdict"] == "unknown"
    assert not table(found, "public.orders")["differences"]


STOPS_BEFORE_THE_ROWS = """
import pathlib, time
from migrate.operations import compare_urls
validate = compare_urls.validate
def stopped(*arguments, **named):
    pathlib.Path("before-the-rows").touch()
    while not pathlib.Path("go-on").exists():
        time.sleep(0.01)
    return validate(*arguments, **named)
compare_urls.validate = stopped
"""


@contextlib.contextmanager
def kept_from_the_rows(pair: Pair) -> Iterator[tuple[subprocess.Popen[str], psycopg.Connection[Any]]]:
    """A validation whose statement waits for the rows of `orders`, and whoever locks them on the target."""
    process = pair.start("--format", "json", sabotage=STOPS_BEFORE_THE_ROWS)
    until((pair.home / "before-the-rows").exists, process)
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aurora-migrate' AND wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    with pair.connect("target") as observer, pair.connect("target") as holder, holder.transaction():
        holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        (pair.home / "go-on").touch()
        until(lambda: observer.execute(waiting).fetchone() != (0,), process)
        yield process, holder


def until(seen: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LONG
    while not seen():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("change", ["ALTER TABLE orders ADD COLUMN later text", "DROP TABLE orders"])
def test_a_table_that_is_altered_meanwhile_is_unknown(postgres_databases: Pair, change: str) -> None:
    postgres_databases.on("both", *ORDERS, "CREATE TABLE others (id integer PRIMARY KEY)")
    with kept_from_the_rows(postgres_databases) as (process, holder):
        holder.execute(change)
    ran = ended(process)
    assert ran.code == 3, ran.err
    orders = table(ran.json, "public.orders")
    assert orders["verdict"] == "unknown"
    assert not orders["differences"]
    assert table(ran.json, "public.others")["verdict"] == "match"


def test_a_pressed_key_ends_it_with_what_to_do(postgres_databases: Pair) -> None:
    postgres_databases.on("both", *ORDERS)
    with kept_from_the_rows(postgres_databases) as (process, _):
        os.kill(process.pid, signal.SIGINT)
        ran = ended(process)
    assert ran.code == 130
    assert ran.json["hint"] == "Nothing was kept: the same command begins anew."
