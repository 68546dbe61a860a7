"""Repair: SQL from one side makes the other side's rows equal, whatever they hold; values and extremes for people."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName
from migrate.model.validation import Chunk

pytestmark = pytest.mark.server
T = TableName("public", "t")

ODD = """it's "odd" \\ %s $1 ; -- /* \n\t ä 🐘"""
TABLE = """
CREATE TABLE public.t (
  k text, at timestamptz, "Odd ""name" text, n numeric, f float8, i interval, b bytea, j jsonb, tags text[], m money,
  r numrange, mood public.mood, pair public.pair, gone int, twice text GENERATED ALWAYS AS (upper(k)) STORED,
  PRIMARY KEY (k, at)
)"""
TYPES = (
    "CREATE TYPE public.mood AS ENUM ('sad', 'it''s ok')",
    "CREATE TYPE public.pair AS (n numeric, word text)",
)


def fill(side: Any) -> None:
    side.run(*TYPES, TABLE, "ALTER TABLE public.t DROP COLUMN gone")
    with side.login(side.master) as connection:
        for number, key in enumerate((ODD, "", "plain", "Plain")):
            connection.execute(
                "INSERT INTO public.t VALUES (%s, '2024-03-31 01:30:00.000001+00', %s, 'NaN', '-0',"
                " '-1 mon 3 days -4:05', %s, %s::jsonb, %s, -1234567.89, '[1.0,2.50)', 'it''s ok',"
                " ROW(1.50, %s)::public.pair)",
                [key, ODD, b"\\\x00'", '{"a": "\\"' + "x'" + '", "n": 1.00}', [ODD, None, "NULL", ""], ODD],
            )
            if number == 2:
                connection.execute("INSERT INTO public.t (k, at) VALUES (%s, '-infinity')", [key])


def test_repair_makes_the_other_sides_rows_equal_bit_for_bit(source: Any, target: Any) -> None:
    fill(source)
    fill(target)
    rows, others = source.database.rows, target.database.rows
    keys = [key for key, _ in rows.hashes(Chunk(T, 0))]
    assert len(keys) == 5
    target.run(
        "UPDATE public.t SET n = 1, f = 0, tags = '{}', m = NULL, pair = NULL WHERE k = 'plain'",
        "DELETE FROM public.t WHERE k = 'Plain' OR k LIKE 'it%'",
        "INSERT INTO public.t (k, at) VALUES ('sur''plus \\', 'infinity')",
    )
    surplus = [key for key, _ in others.hashes(Chunk(T, 0)) if key not in keys]
    assert len(surplus) == 1
    statements = list(rows.repair(T, keys + surplus))
    assert len(statements) == 6
    for setting in ("lc_monetary TO 'C'", "DateStyle TO 'SQL, DMY'", "IntervalStyle TO 'sql_standard'",
                    "standard_conforming_strings TO off", "TimeZone TO 'Asia/Tokyo'"):  # fmt: skip
        target.run(f'ALTER DATABASE "{target.name}" SET {setting}')
    target.run(*statements)
    assert others.checksums([Chunk(T, 0)]) == rows.checksums([Chunk(T, 0)])
    target.run(*statements)
    assert others.checksums([Chunk(T, 0)]) == rows.checksums([Chunk(T, 0)])


def test_repair_inserts_identities_and_leaves_generated_columns_alone(source: Any, target: Any) -> None:
    for side in (source, target):
        side.run(
            "CREATE TABLE public.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text,"
            " size int GENERATED ALWAYS AS (length(a)) STORED)"
        )
    source.run("INSERT INTO public.t (a) VALUES ('one'), ('two')")
    target.run("INSERT INTO public.t (a) VALUES ('uno')")
    target.run(*source.database.rows.repair(T, [("1",), ("2",)]))
    assert target.run("SELECT id, a, size FROM public.t ORDER BY id") == [(1, "one", 3), (2, "two", 3)]


def test_repair_of_a_table_that_is_all_key_and_of_one_with_a_foreign_equality(source: Any, target: Any) -> None:
    pairs = TableName("public", "pairs")
    for side in (source, target):
        side.run(
            "CREATE EXTENSION citext SCHEMA public",
            "CREATE TABLE public.pairs (a int, b int, PRIMARY KEY (a, b)) PARTITION BY HASH (a)",
            "CREATE TABLE public.leaf PARTITION OF public.pairs FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
            "CREATE TABLE public.t (name public.citext PRIMARY KEY, n int)",
        )
    source.run("INSERT INTO public.pairs VALUES (1, 1)", "INSERT INTO public.t VALUES ('Name', 1)")
    target.run("INSERT INTO public.pairs VALUES (2, 2)", "INSERT INTO public.t VALUES ('NAME', 2), ('Other', 3)")
    rows = source.database.rows
    target.run(*rows.repair(pairs, [("1", "1"), ("2", "2")]), *rows.repair(T, [("OTHER",)]))
    assert target.run("SELECT a, b FROM public.pairs") == [(1, 1)]
    assert target.run("SELECT name, n FROM public.t") == [("NAME", 2)]
    target.run(*rows.repair(T, [("name",)]))
    assert target.run("SELECT name, n FROM public.t") == [("Name", 1)]


def test_values_are_printed_and_cut_by_the_server(source: Any) -> None:
    fill(source)
    key = ("plain", "2024-03-31 01:30:00.000001+00")
    values = source.database.rows.values(T, [key, ("absent", key[1])], 6)
    assert set(values) == {key}
    assert values[key]["n"] == "NaN"
    assert values[key]["f"] == "-0"
    assert values[key]['Odd "name'] == ODD[:6]
    assert values[key]["m"] == "-$1,23"
    assert values[key]["b"] == r"\x5c00"
    assert source.database.rows.values(T, [("plain", "-infinity")], 6)[("plain", "-infinity")]["n"] is None


def test_extremes_are_told_in_utc_for_every_column_that_holds_a_point_in_time(source: Any) -> None:
    source.run(
        f"ALTER DATABASE \"{source.name}\" SET TimeZone = 'Asia/Tokyo'",
        "CREATE DOMAIN public.day AS date",
        "CREATE TABLE public.t (d public.day, at timestamptz, wall timestamp, t time, i interval, n int)",
        "INSERT INTO public.t VALUES ('0044-03-15 BC', '2024-01-01 09:00+09', '2024-01-01 09:00', '1:00', '1 day', 1),"
        " ('2024-02-29', 'infinity', '1999-12-31 23:59:59.5', '2:00', '2 days', 2)",
    )
    assert source.database.rows.extremes(T) == {
        "d": ("0044-03-15 BC", "2024-02-29"),
        "at": ("2024-01-01 00:00:00+00", "infinity"),
        "wall": ("1999-12-31 23:59:59.5", "2024-01-01 09:00:00"),
    }
