"""Areas 1 and 2 of the PostgreSQL rules: what must not fire, and what an example cannot show."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from checks.column_types import UserTypes, bare, dms_type, last_part, modifiers
from checks.ddl.read import read_text
from checks.facts import Catalog, Index, Origin, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.registry import catalogue
from checks.route import Engine, Route, TargetEngine, Version
from checks.rules.postgres.pg115_invalid_index import InvalidIndex
from migrate.engines.postgres import introspect


def found(code: str, source: str | Catalog) -> list[Finding]:
    catalog = read_text(source, Engine.POSTGRES) if isinstance(source, str) else source
    assert catalog.unread == ()
    route = Route(Engine.POSTGRES, catalog.version, TargetEngine.AURORA_POSTGRESQL, Version((17, 4)))
    return list(catalogue()[code].find(catalog, route))


TRAPS = {
    "a word in a string of an index": (
        "PG108",
        "CREATE TABLE t (a text); CREATE UNIQUE INDEX u ON t (replace(a, 'coalesce(', 'case'));",
    ),
    "a column called so": ("PG108", 'CREATE TABLE t ("coalesce" text); CREATE UNIQUE INDEX u ON t ("coalesce");'),
    "coalesce in WHERE only": (
        "PG108",
        "CREATE TABLE t (a text); CREATE UNIQUE INDEX u ON t (a) WHERE (coalesce(a, '') <> '');",
    ),
    "coalesce in INCLUDE's place": ("PG108", "CREATE TABLE t (a int, b int); CREATE INDEX u ON t (coalesce(a, b));"),
    "TRUNCATE in a string": (
        "PG110",
        "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN '; TRUNCATE t'; END $$;",
    ),
    "TRUNCATE in a comment": (
        "PG110",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ -- ;\n /* ; TRUNCATE t */ SELECT 1 -- TRUNCATE t\n$$;",
    ),
    "TRUNCATE as a privilege": (
        "PG110",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN GRANT TRUNCATE ON t TO u; END $$;",
    ),
    "TRUNCATE in another language": (
        "PG110",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plperl AS $$ ; TRUNCATE t; $$;",
    ),
    "a key's cascade in the name of a column": (
        "PG117",
        'CREATE TABLE p ("on delete cascade" int PRIMARY KEY);'
        'CREATE TABLE c (a int REFERENCES p ("on delete cascade") ON DELETE RESTRICT);',
    ),
    "a cascade beside the primary key": (
        "PG111",
        "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE);"
        "CREATE TABLE c (id int PRIMARY KEY, code text REFERENCES p (code) ON UPDATE CASCADE);",
    ),
    "two schemas with one name": ("PG107", 'CREATE TABLE a.t (i int); CREATE TABLE b."T" (i int);'),
    "a foreign key to its own table": ("PG118", "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t);"),
    "names that match only by their own letters": ("PG120", "CREATE TABLE a_b (i int); CREATE TABLE a_c (i int);"),
    "a rule on a view": (
        "PG123",
        "CREATE VIEW v AS SELECT 1; CREATE RULE r AS ON DELETE TO v DO INSTEAD NOTHING;",
    ),
    "security that was switched off": (
        "PG316",
        "CREATE TABLE t (i int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t DISABLE ROW LEVEL SECURITY;",
    ),
    "a shipped list of stop words": (
        "PG131",
        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, language = 'english', stopwords = 'english');",
    ),
    "a catalog's name in a string": ("PG133", "CREATE VIEW v AS SELECT 'pg_authid'::text AS \"pg_shadow\";"),
    "pg_partman without partitions": ("PG134", "CREATE EXTENSION pg_partman; CREATE TABLE t (i int);"),
    "a user's type with a server type's name": (
        "PG216",
        "CREATE TYPE app.vector AS (x int); CREATE TABLE t (i int PRIMARY KEY, v app.vector);",
    ),
    "a user's enum with a server type's name": (
        "PG214",
        "CREATE TYPE app.inet AS ENUM ('a'); CREATE TABLE t (i int PRIMARY KEY, v app.inet);",
    ),
    "a column called like a type": ("PG216", 'CREATE TABLE t (vector int, "pg_lsn" int);'),
    "a domain with a length": (
        "PG212",
        "CREATE DOMAIN app.short AS varchar(9); CREATE TABLE t (i int PRIMARY KEY, v app.short);",
    ),
    "the columns of a partition": (
        "PG212",
        "CREATE TABLE p (a int, b varchar(9)) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p DEFAULT;",
    ),
    "a composite type is no base type": ("PG202", "CREATE TYPE a AS (x int); CREATE TYPE b;"),
    "an array in a keyed table": ("PG122", "CREATE TABLE t (a int PRIMARY KEY, b text[]);"),
}


@pytest.mark.parametrize(("code", "sql"), TRAPS.values(), ids=TRAPS.keys())
def test_traps(code: str, sql: str) -> None:
    assert found(code, sql) == []


@pytest.mark.parametrize(
    ("code", "sql", "remedy"),
    [
        (
            "PG107",
            'CREATE TABLE "a""b" (i int); CREATE TABLE "A""b" (i int);',
            'ALTER TABLE "public"."A""b" RENAME TO "A""b_2";',
        ),
        (
            "PG113",
            'CREATE TABLE "My T" ("Id" int GENERATED ALWAYS AS IDENTITY);',
            'ALTER TABLE "public"."My T" ALTER COLUMN "Id" SET GENERATED BY DEFAULT;',
        ),
        (
            "PG208",
            'CREATE TABLE "it\'s" ("N" numeric);',
            "SELECT 'public.it''s.N' AS column_name, count(*) FROM \"public\".\"it's\" "
            "WHERE \"N\"::text IN ('NaN', 'Infinity', '-Infinity');",
        ),
        (
            "PG217",
            'CREATE TABLE t ("R" regclass[]);',
            'ALTER TABLE "public"."t" ALTER COLUMN "R" TYPE text[] USING "R"::text[];',
        ),
    ],
)
def test_remedies_quote_the_users_names(code: str, sql: str, remedy: str) -> None:
    assert [finding.remedy.sql for finding in found(code, sql)] == [remedy]


def test_domains_are_looked_through() -> None:
    sql = (
        "CREATE DOMAIN app.wide AS numeric(50,2); CREATE DOMAIN app.wider AS app.wide NOT NULL;"
        "CREATE TABLE t (i int PRIMARY KEY, w app.wider);"
    )
    assert [finding.message for finding in found("PG207", sql)] == ["is numeric(50,2), which DMS carries as a string"]


def test_a_domain_over_itself_ends() -> None:
    catalog = read_text("CREATE DOMAIN app.a AS app.b; CREATE DOMAIN app.b AS app.a;", Engine.POSTGRES)
    assert UserTypes(catalog).resolved("app.a") in ("app.a", "app.b")


def test_an_invalid_index_of_a_partitioned_table_waits_for_its_partitions() -> None:
    catalog = read_text("CREATE TABLE p (a int) PARTITION BY LIST (a);", Engine.POSTGRES)
    index = Index(name="i", table=TableName("public", "p"), columns=("a",), valid=False)
    catalog = dataclasses.replace(catalog, origin=Origin.LIVE, indexes=(index,))
    assert found("PG115", catalog) == []
    assert InvalidIndex.severity is Severity.WARNING


def test_a_cascade_that_changes_a_childs_key_counts() -> None:
    sql = (
        "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE);"
        "CREATE TABLE c (code text REFERENCES p (code) ON UPDATE SET DEFAULT, n int, PRIMARY KEY (code, n));"
    )
    assert ["SET DEFAULT" in finding.message for finding in found("PG111", sql)] == [True]


def test_raster_is_worse_than_geometry() -> None:
    sql = "CREATE TABLE t (i int PRIMARY KEY, a public.geometry, b public.raster);"
    assert [f.severity for f in found("PG218", sql)] == [Severity.NOTICE, Severity.WARNING]


@pytest.mark.parametrize(
    ("spelled", "name", "last", "numbers"),
    [
        ("numeric(12,2)[]", "numeric", "numeric", (12, 2)),
        ("timestamp(3) with time zone", "timestamp with time zone", "timestamp with time zone", (3,)),
        ('app."My(T)"', 'app."My(T)"', "My(T)", ()),
        ("public.vector(3)", "public.vector", "vector", (3,)),
        ("public.geometry(Point,4326)", "public.geometry", "geometry", (4326,)),
    ],
)
def test_types_are_taken_apart(spelled: str, name: str, last: str, numbers: tuple[int, ...]) -> None:
    assert (bare(spelled), last_part(spelled), modifiers(spelled)) == (name, last, numbers)


def test_extension_types_are_known_by_their_last_name() -> None:
    known = dms_type("extensions.citext[]")
    assert known is not None
    assert known.verdict == "unlisted"
    assert dms_type("character(1)") is None


def loadable() -> list[tuple[str, str]]:
    rules = [rule for code, rule in catalogue().items() if code[:3] in ("PG1", "PG2") and not rule.not_loadable]
    return [(rule.code, sql) for rule in rules for sql in rule.bad if isinstance(sql, str)]


@pytest.mark.server
@pytest.mark.parametrize(("code", "sql"), loadable(), ids=[code for code, _ in loadable()])
def test_a_live_server_tells_what_its_dump_tells(
    code: str, sql: str, postgres_server: Any, fresh_database: Callable[[Any], str]
) -> None:
    with postgres_server.connect(fresh_database(postgres_server), cursor_factory=psycopg.RawCursor) as connection:
        connection.execute(sql)
        live = introspect.catalog(connection)
        for name in [other.name for other in live.others if other.kind == "subscription"]:
            connection.execute(f"ALTER SUBSCRIPTION {quoted(name)} SET (slot_name = NONE)")
            connection.execute(f"DROP SUBSCRIPTION {quoted(name)}")
    live = dataclasses.replace(live, large_objects=None)
    assert said(code, live) == said(code, sql)


def said(code: str, source: str | Catalog) -> set[tuple[str, str, str, str | None]]:
    return {(f.object.kind, f.object.name, f.message, f.remedy.sql) for f in found(code, source)}
