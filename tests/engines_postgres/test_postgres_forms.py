"""Forms of columns: near values of one type hash unlike, equal values alike on two servers, whatever their OIDs."""

from __future__ import annotations

from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.postgres.forms import ColumnType, form

pytestmark = pytest.mark.server
T = TableName("public", "t")

TYPES = (
    "CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy')",
    "CREATE TYPE public.pair AS (n numeric, word text)",
    "CREATE DOMAIN public.price AS numeric(12,2) CHECK (VALUE >= 0)",
    "CREATE DOMAIN public.tariff AS public.price NOT NULL DEFAULT 1",
    "CREATE DOMAIN public.word AS varchar(20)",
    "CREATE TYPE public.span AS RANGE (subtype = interval)",
    "CREATE EXTENSION citext SCHEMA public",
)
NEAR = (
    ("int2", "-1", "1"),
    ("int4", "-1", "1"),
    ("int8", "-1", "4294967295"),
    ("int8", "1", "4294967296"),
    ("numeric", "1.5", "-1.5"),
    ("numeric", "1.0", "1.00"),
    ("numeric", "NaN", "Infinity"),
    ("numeric(12,2)", "0.01", "0.10"),
    ("float4", "0", "-0"),
    ("float8", "0", "-0"),
    ("float8", "0.3", "0.30000000000000004"),
    ("float8", "NaN", "Infinity"),
    ("money", "0.01", "-0.01"),
    ("bool", "true", "false"),
    ("text", "a", "a "),
    ("text", "ä", "a\u0308"),
    ("varchar(9)", "", " "),
    ("name", "a", "A"),
    ("char(5)", "a", "A"),
    ('"char"', "a", "b"),
    ("bytea", r"\x00", r"\x0000"),
    ("bit(3)", "101", "100"),
    ("varbit", "10", "100"),
    ("uuid", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
    ("date", "infinity", "-infinity"),
    ("time", "24:00", "00:00"),
    ("timetz", "12:00+00", "13:00+01"),
    ("timestamp", "2024-01-01 00:00:00.000001", "2024-01-01 00:00:00.000002"),
    ("timestamptz", "2024-03-31 01:30+00", "2024-03-31 01:30+01"),
    ("timestamptz", "1969-12-31 23:59:59.999999+00", "1970-01-01 00:00:00.000001+00"),
    ("interval", "1 month", "30 days"),
    ("interval", "1 day", "24 hours"),
    ("interval", "1 month -1 day", "-1 month 1 day"),
    ("json", '{"a":1}', '{"a": 1}'),
    ("json", '{"a":1,"a":2}', '{"a":2}'),
    ("jsonb", "1.0", "1.00"),
    ("jsonb", "null", '"null"'),
    ("xml", "<a/>", "<a></a>"),
    ("inet", "10.0.0.1/24", "10.0.0.1"),
    ("cidr", "10.0.0.0/24", "10.0.0.0/25"),
    ("macaddr", "08:00:2b:01:02:03", "08:00:2b:01:02:04"),
    ("point", "(0,0)", "(-0,0)"),
    ("polygon", "((0,0),(1,1),(2,0))", "((1,1),(2,0),(0,0))"),
    ("tsvector", "a:1", "a:2"),
    ("oid", "1", "2"),
    ("regclass", "pg_catalog.pg_class", "pg_catalog.pg_type"),
    ("int4[]", "{1,2}", "[0:1]={1,2}"),
    ("int4[]", "{{1},{2}}", "{{1,2}}"),
    ("int4[]", "{}", "{NULL}"),
    ("text[]", "{NULL}", '{"NULL"}'),
    ("varchar(9)[]", "{a,b}", "{ab}"),
    ("char(3)[]", "{a,b}", "{ab}"),
    ("float8[]", "{0}", "{-0}"),
    ("numeric[]", "{1.0}", "{1.00}"),
    ("timestamptz[]", "{2024-01-01 00:00+00}", "{2024-01-01 00:00+01}"),
    ("int4range", "[1,2)", "empty"),
    ("numrange", "[1.0,2)", "[1.00,2)"),
    ("tstzrange", "[2024-01-01,2025-01-01)", "[2024-01-01,2025-01-01]"),
    ("int4range[]", '{"[1,2)"}', "{empty}"),
    ("public.mood", "sad", "happy"),
    ("public.mood[]", "{sad,NULL}", "{sad,ok}"),
    ("public.pair", "(1.0,a)", "(1.00,a)"),
    ("public.pair", "(1,)", '(1,"")'),
    ("public.pair[]", '{"(1,a)"}', '{"(1,b)"}'),
    ("public.price", "1.50", "1.05"),
    ("public.tariff", "1.50", "1.05"),
    ("public.price[]", "{1.50}", "{1.05}"),
    ("public.word", "a", "a "),
    ("public.span", "[1 month,2 months]", "[30 days,2 months]"),
    ("public.citext", "A", "a"),
)


def kinds(junk: int) -> list[str]:
    """A table with a column for every pair; `junk` types are made first, so that OIDs are others."""
    columns = ", ".join(f"v{n} {type_}" for n, (type_, _, _) in enumerate(NEAR))
    return [
        *(f"CREATE TYPE public.junk_{n} AS ENUM ('x')" for n in range(junk)),
        *TYPES,
        f"CREATE TABLE public.t (id int PRIMARY KEY, {columns})",
    ]


def fill(side: Any) -> None:
    with side.login(side.master) as connection:
        for id_, values in enumerate(([one for _, one, _ in NEAR], [other for _, _, other in NEAR]), 1):
            marks = ", ".join(f"%s::{type_}" for type_, _, _ in NEAR)
            connection.execute(f"INSERT INTO public.t VALUES ({id_}, {marks})", values)  # type: ignore[arg-type]


def test_near_values_hash_unlike_and_equal_ones_alike_on_two_servers(source: Any, target: Any) -> None:
    for side, junk in ((source, 0), (target, 7)):
        side.run(*kinds(junk))
        fill(side)
    keys = [("1",), ("2",)]
    here = source.database.rows.column_hashes(T, keys)
    there = target.database.rows.column_hashes(T, keys)
    assert here == there
    same = [NEAR[n] for n in range(len(NEAR)) if here[("1",)][f"v{n}"] == here[("2",)][f"v{n}"]]
    assert same == []
    shapes = [side.database.rows.shapes([T])[T] for side in (source, target)]
    assert shapes[0].columns == shapes[1].columns
    assert source.database.rows.hashes_of(T, keys) == target.database.rows.hashes_of(T, keys)


def test_a_computed_nan_is_the_nan_that_was_written(source: Any, target: Any) -> None:
    source.run(
        "CREATE TABLE public.t (id int PRIMARY KEY, a float4, b float8, c float8[])",
        "INSERT INTO public.t SELECT 1, inf - inf, inf - inf, ARRAY[inf - inf, 1] FROM (SELECT float8 'inf') AS x(inf)",
    )
    target.run(
        "CREATE TABLE public.t (id int PRIMARY KEY, a float4, b float8, c float8[])",
        "INSERT INTO public.t VALUES (1, 'NaN', 'NaN', '{NaN,1}')",
    )
    [[computed]] = source.run("SELECT float8send(b) FROM public.t")
    [[written]] = target.run("SELECT float8send(b) FROM public.t")
    hashes = [side.database.rows.hashes_of(T, [("1",)]) for side in (source, target)]
    assert hashes[0] == hashes[1]
    if computed == written:
        pytest.fail("this machine computes the NaN that is written: the test shows nothing here")


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("int4[]", "5"),
        ("text[]", "x"),
        ("numeric(9,2)[]", "1.5"),
        ("timestamptz[]", "2024-01-01"),
        ("float4[]", "0.1"),
        ("float8[]", "NaN"),
        ("money[]", "1.50"),
        ("point[]", "(1,2)"),
        ("polygon[]", "((0,0),(1,1))"),
    ],
)
def test_an_array_that_once_held_a_null_is_the_array_that_never_did(source: Any, type_: str, value: str) -> None:
    """It keeps its bitmap of NULLs, which its wire form tells of. One that holds a NULL is another."""
    one = f"'{value}'::{type_.removesuffix('[]')}"
    source.run(
        f"CREATE TABLE public.t (id int PRIMARY KEY, a {type_})",
        f"INSERT INTO public.t VALUES (1, ARRAY[{one}, NULL]), (2, ARRAY[{one}, {one}]), (3, ARRAY[{one}, NULL])",
        f"UPDATE public.t SET a[2] = {one} WHERE id = 1",
    )
    [[sent, equal]] = source.run(
        "SELECT array_send(one.a) = array_send(other.a), one.a::text = other.a::text"
        " FROM public.t one, public.t other WHERE one.id = 1 AND other.id = 2"
    )
    assert (sent, equal) == (False, True), "the server forgets the bitmap: the test shows nothing here"
    hashes = source.database.rows.column_hashes(T, [("1",), ("2",), ("3",)])
    assert hashes[("1",)]["a"] == hashes[("2",)]["a"]
    assert hashes[("3",)]["a"] != hashes[("2",)]["a"]


def forms_of(side: Any, *types: str) -> list[str]:
    columns = ", ".join(f"c{n} {type_}" for n, type_ in enumerate(types))
    side.run("DROP TABLE IF EXISTS public.f", f"CREATE TABLE public.f ({columns})")
    table = TableName("public", "f")
    forms = {column.name: column.form for column in side.database.rows.shapes([table])[table].columns}
    return [forms[f"c{n}"] for n in range(len(types))]


def test_forms_are_equal_where_equal_values_hash_alike_and_only_there(source: Any) -> None:
    source.run(*TYPES)
    texts = ("text", "varchar", "varchar(7)", "name", "public.mood", "public.word", "public.citext")
    assert set(forms_of(source, *texts)) == {"text"}
    for alike in (
        ("text[]", "varchar(7)[]", "name[]"),
        ("numeric(10,2)", "numeric(12,2)", "public.price", "public.tariff"),
        ("timestamp", "timestamp(0)"),
        ("interval", "interval day to second", "interval(3)"),
        ("bit varying", "bit varying(9)"),
    ):
        assert len(set(forms_of(source, *alike))) == 1, alike
    unlike = (
        "int2", "int4", "int8", "numeric", "numeric(10,2)", "numeric(10,3)", "numeric(4,-3)", "char(5)", "char(6)",
        "text", "bit(3)", "bit(4)", "timestamp", "timestamptz", "json", "jsonb", "int4[]", "int8[]", "numeric(4,1)[]",
        "char(5)[]", "char(6)[]", "public.pair", "public.span", "public.pair[]", "xml", "float4", "float8",
    )  # fmt: skip
    assert len(set(forms_of(source, *unlike))) == len(unlike)


def test_equal_values_of_columns_with_one_form_hash_alike(source: Any) -> None:
    source.run(*TYPES)
    source.run(
        "CREATE TABLE public.t (id int PRIMARY KEY, a text, b varchar(9), c name, d public.mood, e public.citext,"
        " x numeric(10,2), y public.tariff, i text[], j varchar(3)[], k name[])",
        "INSERT INTO public.t VALUES (1, 'ok', 'ok', 'ok', 'ok', 'ok', 1.5, 1.50, '{a,NULL}', '{a,NULL}', '{a,NULL}')",
    )
    hashes = source.database.rows.column_hashes(T, [("1",)])[("1",)]
    for columns in ("abcde", "xy", "ijk"):
        assert len({hashes[column] for column in columns}) == 1, columns


def test_before_version_12_what_prints_floats_is_of_another_form() -> None:
    composite = ColumnType("public", "pair", "c", "C", -1)
    assert form(composite, 110022).name != form(composite, 120000).name
    exact = ColumnType("pg_catalog", "float8", "b", "N", -1)
    assert form(exact, 110022) == form(exact, 180000)


def test_text_hashes_alike_in_a_database_of_another_encoding(source: Any) -> None:
    text = ColumnType("pg_catalog", "text", "b", "S", -1)
    as_kept, converted = (form(text, 170000, encoding).of("v", 4711) for encoding in ("UTF8", "LATIN1"))
    values = "SELECT NULL UNION ALL SELECT repeat(chr(n % 5000 + 1), n % 90) FROM generate_series(0, 9999) n"
    [[rows, unlike]] = source.run(
        f"SELECT count(*), count(*) FILTER (WHERE {as_kept} IS DISTINCT FROM {converted}) FROM ({values}) AS t(v)"
    )
    assert (rows, unlike) == (10_001, 0)
    wrapped = converted.replace('hash_array_extended(ARRAY[textsend("v"::pg_catalog.text COLLATE "C")], 4711)', "h")
    ends = "VALUES ('', (-9223372036854775808)::bigint), ('', -9223372036854775778), ('', 9223372036854775807)"
    assert source.run(f"SELECT {wrapped} FROM ({ends}) AS t(v, h)") == [
        (9223372036854775777,),
        (9223372036854775807,),
        (9223372036854775776,),
    ]
