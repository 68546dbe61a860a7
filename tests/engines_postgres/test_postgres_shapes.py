"""Shapes of tables: the key, what its order hangs on, and what keeps the toolkit from reading all rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from checks.facts import TableName
from migrate.engines.postgres import shapes
from migrate.engines.postgres.collations import order
from migrate.engines.postgres.database import PostgresDatabase
from migrate.errors import SourceError
from migrate.model.database import Credentials, Side
from migrate.model.validation import Chunk, KeyOrder, TableShape

pytestmark = pytest.mark.server
T = TableName("public", "t")


@contextmanager
def as_role(side: Any, role: Credentials) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(side.address, role, Side.SOURCE)
    try:
        yield database
    finally:
        database.close()


def shape_of(side: Any, name: str = "t") -> TableShape:
    table = TableName("public", name)
    found: TableShape = side.database.rows.shapes([table])[table]
    return found


def test_the_key_is_the_primary_key_or_a_sound_unique_index(source: Any) -> None:
    source.run(
        "CREATE TABLE public.pk (a int, b int, c int NOT NULL UNIQUE, PRIMARY KEY (b, a))",
        "CREATE TABLE public.uniq (a int NOT NULL, b int NOT NULL, c int UNIQUE)",
        "CREATE UNIQUE INDEX ON public.uniq (b, a)",
        "CREATE TABLE public.unsound (a int NOT NULL, b int UNIQUE, c int NOT NULL UNIQUE DEFERRABLE)",
        "CREATE UNIQUE INDEX ON public.unsound (a) WHERE a > 5",
        "CREATE UNIQUE INDEX ON public.unsound (abs(a))",
        "CREATE TABLE public.covering (a int NOT NULL, b int NOT NULL)",
        "CREATE UNIQUE INDEX ON public.covering (a) INCLUDE (b)",
    )

    def key(table: TableName) -> tuple[str, ...]:
        return shape_of(source, table.name).key

    assert key(TableName("public", "pk")) == ("b", "a")
    assert key(TableName("public", "uniq")) == ("b", "a")
    assert key(TableName("public", "unsound")) == ()
    assert key(TableName("public", "covering")) == ("a",)


def test_the_order_of_a_key_hangs_on_its_collation_or_labels_or_on_nothing(source: Any) -> None:
    source.run(
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok')",
        "CREATE TYPE public.other AS ENUM ('ok', 'sad')",
        "CREATE COLLATION public.utf (provider = libc, locale = 'C.utf8')",
    )
    keys = {
        "plain": "id int, at timestamptz, n numeric, u uuid",
        "bytes": 'a text COLLATE "C", b varchar(9) COLLATE "POSIX", n name',
        "builtin": 'a text COLLATE "pg_c_utf8", b text COLLATE "ucs_basic"',
        "standard": "a text",
        "libc": "a text COLLATE public.utf",
        "libc_too": "a varchar(9) COLLATE public.utf",
        "mood": "a public.mood",
        "other": "a public.other",
        "arrays": "a int[]",
    }
    found = {}
    for name, columns in keys.items():
        names = ", ".join(column.split()[0] for column in columns.split(", "))
        source.run(f"CREATE TABLE public.t_{name} ({columns}, PRIMARY KEY ({names}))")
        found[name] = shape_of(source, f"t_{name}").key_order
    assert found["plain"] == found["bytes"] == found["builtin"] == ""
    assert found["libc"] == found["libc_too"]
    assert "libc c.utf8" in found["libc"]
    assert "'sad' 'ok'" in found["mood"]
    others = ("libc", "mood", "other", "arrays")
    assert len({found[name] for name in others}) == len(others)
    [[provider, locale]] = source.run(
        "SELECT datlocprovider, datcollate FROM pg_database WHERE datname = current_database()"
    )
    assert (found["standard"] == "") is (provider == "b" or (provider == "c" and locale in ("C", "POSIX")))


def test_two_collations_are_one_order_only_when_all_that_shapes_it_is_known_and_equal() -> None:
    german = order("here", "i", "de", "153.121", True, None, "UTF8")
    assert german == order("there", "i", "de", "153.121", True, None, "UTF8")
    assert order("here", "c", "en_US.utf8", "2.36", True, None, "UTF8") == order(
        "there", "c", "en_US.UTF-8", "2.36", True, None, "UTF8"
    )
    unlike = {
        german,
        order("here", "i", "de", "153.120", True, None, "UTF8"),
        order("here", "i", "de", "153.121", False, None, "UTF8"),
        order("here", "i", "de", "153.121", True, "& a < g", "UTF8"),
        order("here", "i", "de-u-ks-level2", "153.121", True, None, "UTF8"),
        order("here", "c", "de", "153.121", True, None, "UTF8"),
        order("here", "c", "de", None, True, None, "UTF8"),
        order("there", "c", "de", None, True, None, "UTF8"),
    }
    assert len(unlike) == 8
    assert order("here", "c", "C", None, True, None, "LATIN1") == order(
        "there", "b", "C.UTF-8", "1", True, None, "UTF8"
    )
    assert order("here", "c", "C", None, True, None, "EUC_JP") != ""


def test_a_key_that_only_sorts_here_is_compared_by_bytes_there_too(source: Any, target: Any) -> None:
    for side in (source, target):
        side.run(
            "CREATE TABLE public.t (k int[] PRIMARY KEY)",
            "INSERT INTO public.t SELECT ARRAY[g, 1] FROM generate_series(1, 100) g",
            "ANALYZE public.t",
        )
    assert shape_of(source).key_order != shape_of(target).key_order
    chunks = list(source.database.rows.chunks(T, 10, order=KeyOrder.BYTES))
    assert len(chunks) > 5
    assert source.database.rows.checksums(chunks) == target.database.rows.checksums(chunks)


def test_rows_that_a_policy_hides_are_a_problem_not_fewer_rows(source: Any) -> None:
    role = source.role()
    source.run(
        "CREATE TABLE public.t (id int PRIMARY KEY, owner name)",
        "INSERT INTO public.t VALUES (1, 'somebody')",
        f"GRANT SELECT ON public.t TO {role.user}",
    )
    with as_role(source, role) as database:
        assert database.rows.shapes([T])[T].problem == ""
        assert database.rows.count(T) == 1
        source.run("ALTER TABLE public.t ENABLE ROW LEVEL SECURITY")
        assert "row-level security" in database.rows.shapes([T])[T].problem
        with pytest.raises(SourceError, match="row-level security"):
            database.rows.checksums([Chunk(T, 0)])
        source.run(f"ALTER ROLE {role.user} BYPASSRLS", superuser=True)
        assert database.rows.shapes([T])[T].problem == ""
        assert database.rows.count(T) == 1
    assert shape_of(source).problem == ""
    source.run("ALTER TABLE public.t FORCE ROW LEVEL SECURITY")
    assert "row-level security" in shape_of(source).problem


def test_a_policy_that_comes_later_is_an_error_not_fewer_rows(source: Any) -> None:
    role = source.role()
    source.run("CREATE TABLE public.t (id int PRIMARY KEY)", f"GRANT SELECT ON public.t TO {role.user}")
    with as_role(source, role) as database:
        database.rows.checksums([Chunk(T, 0)])
        source.run("ALTER TABLE public.t ENABLE ROW LEVEL SECURITY")
        with pytest.raises(SourceError):
            database.rows.checksums([Chunk(T, 0)])


def test_a_missing_privilege_is_a_problem_named_before_anything_is_read(source: Any) -> None:
    role = source.role()
    source.run("CREATE TABLE public.t (id int PRIMARY KEY, secret text)", "CREATE SCHEMA shut")
    source.run("CREATE TABLE shut.t (id int PRIMARY KEY)", f"GRANT SELECT ON shut.t TO {role.user}")
    shut = TableName("shut", "t")
    with as_role(source, role) as database:
        found = database.rows.shapes([T, shut])
        assert "SELECT" in found[T].problem
        assert "USAGE" in found[shut].problem
        source.run(f"GRANT SELECT (id) ON public.t TO {role.user}")
        assert "SELECT" in database.rows.shapes([T])[T].problem
        source.run(f"GRANT SELECT (secret) ON public.t TO {role.user}", f"GRANT USAGE ON SCHEMA shut TO {role.user}")
        assert [shape.problem for shape in database.rows.shapes([T, shut]).values()] == ["", ""]
        assert database.rows.checksums([Chunk(T, 0), Chunk(shut, 0)])


def test_rows_of_a_foreign_table_are_somewhere_else(source: Any) -> None:
    source.run(
        "CREATE FOREIGN DATA WRAPPER nowhere",
        "CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere",
        "CREATE TABLE public.t (id int) PARTITION BY RANGE (id)",
        "CREATE FOREIGN TABLE public.far PARTITION OF public.t FOR VALUES FROM (0) TO (10) SERVER nowhere",
        superuser=True,
    )
    for name in ("t", "far"):
        assert "foreign" in shape_of(source, name).problem
    source.run("DROP FOREIGN DATA WRAPPER nowhere CASCADE", superuser=True)


def test_a_table_that_somebody_holds_does_not_hold_up_the_shapes_of_all(source: Any) -> None:
    source.run(
        "CREATE TABLE public.t (id int PRIMARY KEY)",
        "INSERT INTO public.t SELECT generate_series(1, 5000)",
        "VACUUM ANALYZE public.t",
    )
    before = shape_of(source)
    with source.login(source.master) as holder, holder.transaction():
        holder.execute("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE")
        assert source.database.rows.limited(20).shapes([T])[T] == before
    assert before.rows == 5000


def test_the_estimate_follows_the_tables_growth_since_it_was_analyzed(source: Any) -> None:
    source.run("CREATE TABLE public.t (id int PRIMARY KEY)")
    assert shape_of(source).rows == 0
    source.run("ALTER TABLE public.t SET (autovacuum_enabled = off)")
    source.run("INSERT INTO public.t SELECT generate_series(1, 1000)")
    assert shape_of(source).rows == -1
    source.run("ANALYZE public.t", "INSERT INTO public.t SELECT generate_series(1001, 100000)")
    assert 80_000 < shape_of(source).rows < 130_000


def test_generated_columns_are_columns(source: Any) -> None:
    source.run("CREATE TABLE public.t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)")
    assert [column.name for column in shape_of(source).columns] == ["id", "twice"]


@pytest.mark.parametrize("partitioned", [False, True])
def test_a_key_that_does_not_follow_the_physical_order_is_scattered_and_summed_up_at_once(
    source: Any, monkeypatch: pytest.MonkeyPatch, partitioned: bool
) -> None:
    monkeypatch.setattr(shapes, "SMALL_BYTES", 0)
    for name, key in (("t", "md5(g::text)::uuid"), ("in_order", "g")):
        parts = " PARTITION BY HASH (k)" if partitioned else ""
        source.run(f"CREATE TABLE public.{name} (k {'uuid' if name == 't' else 'int'} PRIMARY KEY, n int){parts}")
        for n in range(2 if partitioned else 0):
            bounds = f"FOR VALUES WITH (MODULUS 2, REMAINDER {n})"
            source.run(f"CREATE TABLE public.{name}_{n} PARTITION OF public.{name} {bounds}")
        source.run(
            f"INSERT INTO public.{name} SELECT {key}, g FROM generate_series(1, 5000) g", f"ANALYZE public.{name}"
        )
    assert shape_of(source).scattered
    assert not shape_of(source, "in_order").scattered
    rows = source.database.rows
    chunks = list(rows.chunks(T, 100))
    assert len(chunks) > 40
    together = rows.checksums(chunks)
    assert sum(part.rows for part in together) == 5000
    assert together == [rows.checksums([chunk])[0] for chunk in chunks]
    assert rows.checksums(chunks[5:20:3]) == together[5:20:3]
    monkeypatch.setattr(shapes, "SMALL_BYTES", 1 << 30)
    assert not shape_of(source).scattered
