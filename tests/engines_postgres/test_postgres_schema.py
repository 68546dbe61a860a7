"""A rich schema goes from one server to another in two parts, and is the same there."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from checks.facts import ConstraintKind, TableName
from migrate.engines.failures import LOAD_FAILED
from migrate.engines.postgres import ddl
from migrate.engines.postgres.failures import NO_DUMP_PROGRAM
from migrate.errors import SourceError, TargetError
from migrate.events import silent
from migrate.stages.replicate.schema import AddForeignKeys, CopyTables

pytestmark = pytest.mark.server

RICH = [
    "CREATE EXTENSION citext SCHEMA public",
    "CREATE EXTENSION pgcrypto SCHEMA public",
    "CREATE SCHEMA app",
    'CREATE SCHEMA "Odd ""schema"" \\ one"',
    "CREATE TYPE app.mood AS ENUM ('sad', 'glad')",
    "CREATE TYPE app.pair AS (a int, b text)",
    "CREATE DOMAIN app.email AS public.citext CHECK (VALUE LIKE '%@%')",
    "CREATE SEQUENCE app.numbers INCREMENT 5",
    "CREATE TABLE app.customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email app.email UNIQUE,"
    " mood app.mood DEFAULT 'glad', name text NOT NULL, upper_name text GENERATED ALWAYS AS (upper(name)) STORED,"
    " code uuid DEFAULT public.gen_random_uuid(), p app.pair)",
    "CREATE TABLE app.orders (id serial, day date NOT NULL, customer bigint REFERENCES app.customer DEFERRABLE,"
    " total numeric(12,2) CHECK (total >= 0), PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
    "CREATE TABLE app.orders_2024 PARTITION OF app.orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    "CREATE TABLE app.orders_rest PARTITION OF app.orders DEFAULT",
    "CREATE INDEX orders_total ON app.orders (total DESC) WHERE total > 100",
    "CREATE INDEX ON app.customer ((lower(name)), mood)",
    "CREATE TABLE app.ranges (during tstzrange, room int, EXCLUDE USING gist (during WITH &&))",
    """CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
/* a line that looks like psql's:
\\restrict nothing
*/
EXECUTE 'SELECT $$x$$;';
CREATE SCHEMA never;
RETURN NEW;
END $body$""",
    """CREATE FUNCTION app.standard(a int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT a + 1;
  SELECT a + 2;
END""",
    "CREATE PROCEDURE app.nothing() LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER noted BEFORE UPDATE ON app.customer FOR EACH ROW EXECUTE FUNCTION app.note()",
    "ALTER TABLE app.customer DISABLE TRIGGER noted",
    "CREATE VIEW app.happy AS SELECT id, name FROM app.customer WHERE mood = 'glad'",
    "CREATE MATERIALIZED VIEW app.counted AS SELECT count(*) AS n FROM app.orders",
    "COMMENT ON TABLE app.customer IS"
    " 'It''s a \\ comment;\n\\connect nowhere\nSET foo = 1;\nGRANT ALL ON x TO nobody;'",
    'CREATE TABLE "Odd ""schema"" \\ one"."t%s" ("c""1" int PRIMARY KEY)',
    "CREATE TABLE public.plain (id int)",
    "CREATE UNLOGGED TABLE public.volatile (id int)",
    "ALTER TABLE app.customer ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY everybody ON app.customer USING (true)",
]


def described(side: Any) -> dict[str, Any]:
    catalog = side.database.catalog()
    return {
        "schemas": catalog.schemas,
        "tables": [
            (t.name, t.columns, t.constraints, t.persistence, t.partitioned, t.partition_of) for t in catalog.tables
        ],
        "indexes": catalog.indexes,
        "views": catalog.views,
        "routines": [(r.schema, r.name, r.arguments, r.kind, r.language, r.body) for r in catalog.routines],
        "triggers": catalog.triggers,
        "sequences": [(s.name, s.owned_by, s.identity, s.increment) for s in catalog.sequences],
        "extensions": catalog.extensions,
    }


def test_the_round_trip_keeps_everything(source: Any, target: Any) -> None:
    app, gone = source.role(), source.role()
    target.run(f"CREATE ROLE {app.user}", superuser=True)
    target.roles.append(app.user)
    source.run(
        *RICH,
        f"GRANT SELECT, UPDATE ON app.customer TO {app.user}",
        f"GRANT USAGE ON SCHEMA app TO {app.user}, {gone.user}",
        f"GRANT EXECUTE ON FUNCTION app.standard(int) TO {gone.user}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO {app.user}",
    )
    source.run(f"ALTER TABLE public.plain OWNER TO {app.user}", superuser=True)
    source.run(f"GRANT SELECT ON public.plain TO {source.master.user}", superuser=True)
    before = target.database.schema
    before.load(source.database.schema.dump([], "pre-data"))
    assert not target.database.catalog().indexes
    before.load(source.database.schema.dump([], "post-data"))
    wanted = {
        (table.name, key.name) for table, key in source.database.catalog().constraints(ConstraintKind.FOREIGN_KEY)
    }
    assert wanted
    assert not list(target.database.catalog().constraints(ConstraintKind.FOREIGN_KEY)), "they come last"
    before.load(source.database.schema.dump([], "foreign-keys"))
    assert described(target) == described(source)
    may = "SELECT has_table_privilege($1, 'app.customer', 'UPDATE'), has_table_privilege($1, 'public.plain', 'INSERT')"
    assert target.run(may.replace("$1", f"'{app.user}'")) == [(True, True)]
    with pytest.raises(TargetError) as caught:
        target.database.schema.load(source.database.schema.dump(["app"], "pre-data"))
    assert caught.value.code == f"TGT-{LOAD_FAILED}"
    assert "already exists" in caught.value.message
    assert target.run("SHOW search_path") == [('"$user", public',)]


def test_a_failed_load_leaves_nothing(target: Any) -> None:
    with pytest.raises(TargetError) as caught:
        target.database.schema.load("CREATE TABLE public.first (id int);\nCREATE TABLE public.second (id nonsense);\n")
    assert caught.value.code == f"TGT-{LOAD_FAILED}"
    assert "public.second" in caught.value.message
    assert target.database.catalog().tables == ()


def test_nor_does_one_that_fails_over_what_the_former_owners_may(source: Any, target: Any) -> None:
    """It comes last, and nobody would miss it by the tables."""
    source.run("CREATE TABLE public.t (id int)", "CREATE TYPE public.pair AS (a int)")
    source.run("CREATE CAST (public.pair AS text) WITH INOUT")
    text = source.database.schema.dump([], "pre-data")
    with pytest.raises(TargetError) as caught:
        target.database.schema.load(f"{text}GRANT ALL ON TABLE public.nowhere TO {target.master.user};\n")
    assert caught.value.hint.startswith("Nothing was made")
    assert target.database.catalog().tables == ()
    target.database.schema.load(text)
    assert CopyTables().done(between(source, target), {})


def between(source: Any, target: Any) -> Any:
    """What the steps of a set-up are told of the two."""
    request = SimpleNamespace(schemas=("public",), roles={})
    return SimpleNamespace(source=source.database, target=target.database, request=request, emit=silent)


def test_publications_come_along_where_no_foreign_key_does_and_again_after_a_kill(source: Any, target: Any) -> None:
    source.run(
        "CREATE TABLE public.t (id int PRIMARY KEY)",
        "CREATE PUBLICATION told FOR TABLE public.t",
        "COMMENT ON PUBLICATION told IS 'to a warehouse'",
    )
    world, step = between(source, target), AddForeignKeys()
    CopyTables().apply(world, {})
    for attempt in ("first", "killed before the journal had it, and begun anew"):
        assert not step.done(world, {}), attempt
        assert step.apply(world, {}) == {"changed": []}
    assert target.run("SELECT tablename FROM pg_publication_tables WHERE pubname = 'told'") == [("t",)]
    assert target.run("SELECT obj_description(oid, 'pg_publication') FROM pg_publication") == [("to a warehouse",)]


def test_only_the_chosen_schemas_come_along(source: Any) -> None:
    source.run(*RICH)
    text = source.database.schema.dump(["public"], "pre-data")
    assert "public.plain" in text
    assert "app.customer" not in text
    odd = source.database.schema.dump(['Odd "schema" \\ one'], "pre-data")
    assert "t%s" in odd
    assert "plain" not in odd


def test_analyze_and_nonempty_skip_what_is_not_there(source: Any) -> None:
    source.run("CREATE TABLE public.a (id int)", "INSERT INTO public.a VALUES (1)", "CREATE TABLE public.b (id int)")
    a, b, absent = (TableName("public", name) for name in ("a", "b", "absent"))
    source.database.schema.analyze([a, b, absent])
    assert source.database.schema.nonempty([absent, b, a]) == [a]
    assert source.run("SELECT reltuples FROM pg_class WHERE relname = 'a'") == [(1.0,)]


def test_a_pg_dump_that_is_missing_or_too_old_is_named(source: Any, tmp_path: Any, monkeypatch: Any) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    for directory in (tmp_path, tmp_path / "nowhere"):
        monkeypatch.setenv("AURORA_MIGRATE_PG_BIN", str(directory))
        with pytest.raises(SourceError) as caught:
            source.database.schema.dump([], "pre-data")
        assert caught.value.code == f"SRC-{NO_DUMP_PROGRAM}"
        assert str(directory) in caught.value.message


def test_the_password_goes_to_pg_dump_by_a_private_file(source: Any, tmp_path: Any, monkeypatch: Any) -> None:
    spy, seen = tmp_path / "pg_dump", tmp_path / "seen"
    spy.write_text(
        "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'pg_dump (PostgreSQL) 99.0'; exit; }\n"
        f'{{ echo "$@"; env; stat -c %a "$PGPASSFILE"; echo "$PGPASSFILE" > {tmp_path}/file; }} > {seen}\nexit 1\n'
    )
    spy.chmod(0o755)
    monkeypatch.setenv("AURORA_MIGRATE_PG_BIN", str(tmp_path))
    source.run("CREATE TABLE public.t (id int)")
    with pytest.raises(SourceError) as caught:
        source.database.schema.dump([], "pre-data")
    text = seen.read_text()
    assert source.master.password not in text + str(caught.value) + repr(caught.value)
    assert text.rstrip().endswith("600")
    assert not Path((tmp_path / "file").read_text().strip()).exists()


@pytest.mark.parametrize(
    ("said", "away"),
    [
        ('connection to server at "10.0.0.5", port 5432 failed: Connection refused', True),
        ("error: query failed: server closed the connection unexpectedly", True),
        ("FATAL:  the database system is shutting down", True),
        ("error: query failed: ERROR:  permission denied for table t", False),
    ],
)
def test_pg_dump_may_help_later_only_where_the_server_was_away(
    source: Any, tmp_path: Any, monkeypatch: Any, said: str, away: bool
) -> None:
    program = tmp_path / "pg_dump"
    version = "[ \"$1\" = --version ] && { echo 'pg_dump (PostgreSQL) 99.0'; exit; }"
    program.write_text(f"#!/bin/sh\n{version}\necho 'pg_dump: {said}' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("AURORA_MIGRATE_PG_BIN", str(tmp_path))
    with pytest.raises(SourceError, match=re.escape(said[-20:])) as caught:
        source.database.schema.dump([], "pre-data")
    assert caught.value.retryable is away


def test_fitting_touches_only_what_begins_outside_of_quotes() -> None:
    text = "\n".join(
        [
            "\\restrict abc",
            "SET known = 1;",
            "SET transaction_timeout = 0;",
            "CREATE SCHEMA public;",
            "/* a comment /* nested */",
            "\\connect kept",
            "*/ SELECT 'it''s",
            "\\kept too",
            "', E'\\'",
            "SET kept = 1;",
            "';",
            "SELECT $a$ $$",
            "CREATE SCHEMA kept;",
            "$a$; -- don't",
            'GRANT ALL ON TABLE "to" TO gone;',
            "GRANT ALL ON TABLE x TO here WITH GRANT OPTION;",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
            "ALTER DEFAULT PRIVILEGES FOR ROLE me IN SCHEMA a GRANT SELECT ON TABLES TO here;",
            "ALTER DEFAULT PRIVILEGES FOR ROLE here IN SCHEMA a GRANT SELECT ON TABLES TO here;",
            "SET SESSION AUTHORIZATION here;",
            "ALTER TABLE a.t OWNER TO here;",
            "ALTER FUNCTION a.f(a integer) OWNER TO me;",
            "\\unrestrict abc",
        ]
    )
    assert ddl.fitted(text, settings={"known"}, roles={"here", "me"}, acting={"me"}).split("\n") == [
        "SET known = 1;",
        "CREATE SCHEMA IF NOT EXISTS public;",
        *text.split("\n")[4:14],
        *text.split("\n")[15:18],
        "ALTER FUNCTION a.f(a integer) OWNER TO me;",
    ]
