"""Row hashes: equal for equal rows on two servers, different after every kind of single change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.facts import TableName
from migrate.model.validation import Chunk, ChunkSum, KeyOrder

pytestmark = pytest.mark.server
T = TableName("public", "t")

RICH = """
CREATE TABLE public.t (
  id int PRIMARY KEY, a text, b text, blob bytea, n numeric, f float8, j json, jb jsonb, at timestamptz, i interval,
  tags text[], flag bool, twice text GENERATED ALWAYS AS (upper(a)) STORED
)"""
FILL = """
INSERT INTO public.t (id, a, b, blob, n, f, j, jb, at, i, tags, flag)
SELECT g, 'a' || g, 'b' || g, decode(md5(g::text), 'hex'), g / 3.0, g / 3.0::float8, '{"k": 1}', '{"k": 1}',
       timestamptz '2024-01-01 00:00+00' + g * interval '1 minute', g * interval '1 day', ARRAY['x', NULL, ''],
       g % 2 = 0
FROM generate_series(1, 500) g"""

MUTATIONS = {
    "values swapped between two rows": "UPDATE public.t SET a = 'a' || 11 - id WHERE id IN (5, 6)",
    "values swapped within a row": "UPDATE public.t SET a = 'b7', b = 'a7' WHERE id = 7",
    "two rows changed oppositely": "UPDATE public.t SET n = n + CASE id WHEN 1 THEN 1 ELSE -1 END WHERE id IN (1, 2)",
    "NULL to empty": "UPDATE public.t SET b = '' WHERE id = 9",
    "trailing blank": "UPDATE public.t SET b = b || ' ' WHERE id = 10",
    "letter case": "UPDATE public.t SET b = upper(b) WHERE id = 11",
    "one bit": "UPDATE public.t SET blob = set_bit(blob, 3, 1 - get_bit(blob, 3)) WHERE id = 12",
    "scale of a numeric": "UPDATE public.t SET n = 1.10 WHERE id = 13",
    "last bit of a float": "UPDATE public.t SET f = 0.30000000000000004 WHERE id = 14",
    "blank in json": "UPDATE public.t SET j = '{\"k\":  1}' WHERE id = 15",
    "one microsecond": "UPDATE public.t SET at = at + interval '1 microsecond' WHERE id = 16",
    "days to hours": "UPDATE public.t SET i = interval '408 hours' WHERE id = 17",
    "NULL in an array to the word": "UPDATE public.t SET tags = ARRAY['x', 'NULL', ''] WHERE id = 18",
    "truth": "UPDATE public.t SET flag = NOT flag WHERE id = 19",
    "row moved to another key": "UPDATE public.t SET id = 1000 WHERE id = 20",
    "row lost": "DELETE FROM public.t WHERE id = 21",
    "row twice under another key": "INSERT INTO public.t (id, a, b) SELECT 2000, a, b FROM public.t WHERE id = 22",
    "table emptied": "TRUNCATE public.t",
}


def sums(side: Any, chunks: Any) -> list[ChunkSum]:
    found: list[ChunkSum] = side.database.rows.checksums(chunks)
    return found


def cut(side: Any, rows_per_chunk: int, order: KeyOrder = KeyOrder.NATIVE) -> list[Chunk]:
    side.run("ANALYZE public.t")
    return list(side.database.rows.limited(60).chunks(T, rows_per_chunk, order=order))


def test_every_single_change_is_seen_and_equal_rows_never_raise_alarm(source: Any, target: Any) -> None:
    prepare = ["UPDATE public.t SET b = NULL WHERE id = 9", "UPDATE public.t SET n = 1.1 WHERE id = 13"]
    prepare += ["UPDATE public.t SET f = 0.3 WHERE id = 14", "UPDATE public.t SET i = interval '17 days' WHERE id = 17"]
    source.run(RICH, FILL, *prepare)
    target.run(RICH.replace("id int PRIMARY KEY, a text, b text", "b text, id int PRIMARY KEY, junk int, a text"))
    target.run("ALTER TABLE public.t DROP COLUMN junk", FILL, *prepare)
    chunks = cut(source, 100)
    truth = sums(source, chunks)
    assert sums(target, chunks) == truth
    master = (source.master.user, source.master.password)
    for what, statement in MUTATIONS.items():
        with source.server.connect(source.name, *master, autocommit=False) as connection:
            connection.execute(statement)
            connection.commit()
        assert sums(source, chunks) != truth, what
        source.run("DROP TABLE public.t", RICH, FILL, *prepare)
    assert sums(source, chunks) == truth


def test_hashes_do_not_depend_on_the_servers_settings(source: Any) -> None:
    source.run(RICH, FILL)
    chunks = cut(source, 100)
    before = sums(source, chunks)
    for setting in (
        "DateStyle = 'SQL, DMY'", "IntervalStyle = 'iso_8601'", "TimeZone = 'Asia/Tokyo'",
        "extra_float_digits = -3", "bytea_output = 'escape'", "search_path = 'public'",
    ):  # fmt: skip
        source.run(f'ALTER DATABASE "{source.name}" SET {setting}')
    source.database.close()
    assert sums(source, chunks) == before


@pytest.mark.parametrize(
    ("columns", "key", "values"),
    [
        ("a int, b text", "a, b", "g % 7, 'x' || g"),
        ("a int, b int", "b, a", "g % 3, g / 3"),
        ("a text, b int", "a", "chr(65 + g % 50) || g, g"),
        ("a timestamptz, b uuid", "a, b", "timestamptz 'epoch' + g * interval '1 h', md5(g::text)::uuid"),
        ("a bytea, b int", "a", "decode(md5(g::text), 'hex'), g"),
        ("a numeric, b int", "a", "g / 7.0 - 30, g"),
        ("a char(6), b int", "a", "g::text, g"),
        ("a text, b text", "a, b", "E'o''dd \\\\ \n \"x\" ' || g % 9, chr(200 + g)"),
        ("a float8, b int", "a", "CASE g WHEN 1 THEN 'NaN' WHEN 2 THEN '-infinity' ELSE 1e-300 * g / 7 END, g"),
        ("a timestamp, b int", "a", "CASE g WHEN 1 THEN 'infinity' WHEN 2 THEN '0044-03-15 BC' ELSE now() + g * '1 us'::interval END, g"),  # noqa: E501
        ("a interval, b int", "a", "make_interval(months => g % 5, secs => -g / 3.0), g"),
        ("a int[], b jsonb", "a, b", "ARRAY[g % 20, NULL], to_jsonb(g)"),
        ("a public.mood, b public.code", "a, b", "(ARRAY['sad', 'ok'])[1 + g % 2]::public.mood, 'x' || g"),
        ("a bool, b inet, c name", "a, b, c", "g % 2 = 0, '10.0.0.0'::inet + g, 'n' || g"),
        ('a "char", b timestamptz', "a, b", "chr(65 + g % 26)::\"char\", to_timestamp(g / 7.0)"),
        ("a money, b bit(9)", "a, b", "(-g)::numeric::money, g::bit(9)"),
    ],
)  # fmt: skip
def test_chunks_cover_every_row_once(source: Any, columns: str, key: str, values: str) -> None:
    source.run(
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok')",
        "CREATE DOMAIN public.code AS varchar(20)",
        f"CREATE TABLE public.t ({columns}, PRIMARY KEY ({key}))",
        f"INSERT INTO public.t SELECT {values} FROM generate_series(1, 400) g",
    )
    rows = source.database.rows
    whole = {key: hash_ for chunk in cut(source, 1000) for key, hash_ in rows.hashes(chunk)}
    assert len(whole) == 400
    for size, order in ((33, KeyOrder.NATIVE), (33, KeyOrder.BYTES), (399, KeyOrder.NATIVE), (401, KeyOrder.NATIVE)):
        chunks = cut(source, size, order)
        assert (len(chunks) > 1) is (size < 400)
        assert (chunks[0].low, chunks[-1].high) == (None, None)
        found = [pair for chunk in chunks for pair in rows.hashes(chunk)]
        assert len(found) == 400
        assert dict(found) == whole
        assert sum(part.rows for part in rows.checksums(chunks)) == 400
        rest = list(rows.chunks(T, size, order=order, after=chunks[0].high))
        assert rest[0].low == chunks[0].high
        behind = sum(part.rows for part in rows.checksums(chunks[1:])) if len(chunks) > 1 else 400
        assert sum(part.rows for part in rows.checksums(rest)) == behind
    assert rows.hashes_of(T, whole) == whole


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.sets(
        st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12), max_size=40
    ),
    size=st.integers(1, 20),
)
def test_text_keys_of_any_content_are_covered(source: Any, values: set[str], size: int) -> None:
    with source.server.connect(source.name, source.master.user, source.master.password) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS public.t (k text PRIMARY KEY)")
        connection.execute("TRUNCATE public.t")
        connection.execute("INSERT INTO public.t SELECT unnest(%s::text[])", [list(values)])
    for order in KeyOrder:
        chunks, rows = cut(source, size, order), source.database.rows
        found = [key for chunk in chunks for key, _ in rows.hashes(chunk)]
        assert sorted(found) == sorted((value,) for value in values)
        assert [part.rows for part in rows.checksums(chunks)] == [len(list(rows.hashes(chunk))) for chunk in chunks]
        assert set(rows.hashes_of(T, found)) == set(found)


def test_boundaries_mean_the_same_rows_where_the_index_sorts_otherwise(source: Any, target: Any) -> None:
    words = "'a', 'B', 'c', 'Ä', 'z', '_', '-1', 'aa', 'AB', 'é'"
    values = f"SELECT unnest(ARRAY[{words}]) || g FROM generate_series(1, 30) g"
    source.run('CREATE TABLE public.t (k text COLLATE "C" PRIMARY KEY)', f"INSERT INTO public.t {values}")
    target.run("CREATE EXTENSION citext SCHEMA public", "CREATE TABLE public.t (k public.citext PRIMARY KEY)")
    target.run(f"INSERT INTO public.t {values}")
    assert source.run("SELECT k FROM public.t ORDER BY k LIMIT 50") != target.run(
        "SELECT k FROM public.t ORDER BY k LIMIT 50"
    )
    chunks = cut(source, 20, KeyOrder.BYTES)
    assert len(chunks) > 10
    assert sums(source, chunks) == sums(target, chunks)


def test_keys_of_extension_types_find_their_rows_again(source: Any) -> None:
    source.run(
        "CREATE EXTENSION citext SCHEMA public",
        "CREATE DOMAIN public.code AS text",
        "CREATE TABLE public.t (a public.citext, b public.code, c int, PRIMARY KEY (a, b))",
        "INSERT INTO public.t SELECT 'Name ' || g, 'c' || g, g FROM generate_series(1, 50) g",
    )
    rows = source.database.rows
    pairs = [pair for chunk in cut(source, 10) for pair in rows.hashes(chunk)]
    assert len(pairs) == 50
    assert rows.hashes_of(T, [key for key, _ in pairs]) == dict(pairs)
    assert [set(hashes) for hashes in rows.column_hashes(T, [pairs[0][0]]).values()] == [{"a", "b", "c"}]


def test_inherited_rows_are_counted_once_and_partitions_through_their_parent(source: Any) -> None:
    source.run(
        "CREATE TABLE public.base (id int PRIMARY KEY)",
        "CREATE TABLE public.heir (extra int, PRIMARY KEY (id)) INHERITS (public.base)",
        "INSERT INTO public.base VALUES (1)",
        "INSERT INTO public.heir VALUES (2, 2)",
        "CREATE TABLE public.parent (id int PRIMARY KEY) PARTITION BY HASH (id)",
        "CREATE TABLE public.leaf_0 PARTITION OF public.parent FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
        "CREATE TABLE public.leaf_1 PARTITION OF public.parent FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        "INSERT INTO public.parent SELECT generate_series(1, 10)",
    )
    count = source.database.rows.count
    assert count(TableName("public", "base")) == 1
    assert count(TableName("public", "heir")) == 1
    leaves = [count(TableName("public", f"leaf_{n}")) for n in (0, 1)]
    assert count(TableName("public", "parent")) == sum(leaves) == 10


def test_a_large_table_is_cut_by_a_sample_alike_for_all_its_parts(source: Any) -> None:
    source.run(
        "CREATE TABLE public.t (id int PRIMARY KEY, filler text) PARTITION BY RANGE (id)",
        "CREATE TABLE public.low PARTITION OF public.t FOR VALUES FROM (0) TO (30000)",
        "CREATE TABLE public.high PARTITION OF public.t FOR VALUES FROM (30000) TO (100000)",
        "INSERT INTO public.t SELECT g, repeat('x', 900) FROM generate_series(0, 59999) g",
    )
    rows = source.database.rows
    never_analyzed = list(rows.chunks(T, 2000))
    assert len(never_analyzed) > 10
    chunks = cut(source, 2000)
    found = sums(source, chunks)
    assert sum(part.rows for part in found) == sum(part.rows for part in sums(source, never_analyzed)) == 60000
    assert len(chunks) > 15
    assert max(part.rows for part in found) < 12000
    shape = rows.shapes([T])[T]
    assert 50_000 < shape.rows < 70_000
    assert shape.bytes > 50_000_000
    assert rows.shapes([TableName("public", "low")])[TableName("public", "low")].bytes < shape.bytes
