"""Areas 5 and 6 of the PostgreSQL rules: what must not fire, and what an example cannot show."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from checks.ddl.lexer import tokens
from checks.ddl.read import read_text
from checks.facts import Account, Catalog, Extension, Origin, Routine
from checks.finding import Finding, Severity
from checks.identifiers import quoted_routine
from checks.postgres_executed import text_of
from checks.registry import catalogue
from checks.route import Engine, Route, TargetEngine, Version
from migrate.engines.postgres import introspect


def found(code: str, source: str | Catalog, target: str = "17.4") -> list[Finding]:
    catalog = read_text(source, Engine.POSTGRES) if isinstance(source, str) else source
    assert catalog.unread == ()
    route = Route(Engine.POSTGRES, catalog.version, TargetEngine.AURORA_POSTGRESQL, Version.parse(target))
    return list(catalogue()[code].find(catalog, route))


def plpgsql(body: str, declare: str = "") -> str:
    return f"CREATE PROCEDURE p(a text) LANGUAGE plpgsql AS $body$ {declare} BEGIN {body} END $body$;"


def live(**facts: Any) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, **facts)


FIRES = {
    "a file": ("PG503", plpgsql("COPY t FROM '/tmp/x';")),
    "a file, in capitals and over lines": ("PG503", plpgsql("copy t\n (a, b)\n\tTo\n'/tmp/x' WITH (FORMAT csv);")),
    "a query to a program": ("PG503", plpgsql("COPY (SELECT a FROM b) TO PROGRAM 'gzip > x';")),
    "a file after a comment": ("PG503", plpgsql("-- now\n /* ; */ COPY t FROM '/tmp/x';")),
    "a file in a branch": ("PG503", plpgsql("IF a = '' THEN COPY t FROM '/tmp/x'; END IF;")),
    "a file in a loop": ("PG503", plpgsql("<<each>> FOR i IN 1..2 LOOP COPY t FROM '/tmp/x'; END LOOP;")),
    "a file by concatenation": ("PG503", plpgsql("EXECUTE 'COPY t FROM ' || quote_literal(a);")),
    "a file in quotes by hand": ("PG503", plpgsql("EXECUTE 'COPY t TO ''' || a || ''' CSV';")),
    "a file by format": ("PG503", plpgsql("EXECUTE format('COPY %I.%I FROM %L', 'x', a, '/y') USING 1;")),
    "a file in a variable": ("PG503", plpgsql("q := format('COPY t FROM %L', a); EXECUTE q;", "DECLARE q text;")),
    "a file in a declaration": ("PG503", plpgsql("EXECUTE q;", "DECLARE q text := 'COPY t FROM ''/x''';")),
    "a file in a variable that grows": (
        "PG503",
        plpgsql("q := 'COPY t '; q := q || 'FROM ' || quote_literal(a); EXECUTE q;", "DECLARE q text;"),
    ),
    "a program in a value put in": ("PG503", plpgsql("EXECUTE format('COPY %s FROM PROGRAM %L', a, a);")),
    "a function with its schema": ("PG503", plpgsql("PERFORM pg_catalog.pg_ls_dir('.');")),
    "a function in a view": ("PG503", "CREATE VIEW v AS SELECT * FROM pg_ls_dir('.') AS f(name);"),
    "a function in a default": ("PG503", "CREATE TABLE t (a text DEFAULT pg_read_file('x'));"),
    "a body of its own quotes": (
        "PG503",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT pg_read_file(''x'')';",
    ),
    "a standard body": ("PG503", "CREATE FUNCTION f() RETURNS text BEGIN ATOMIC SELECT pg_read_file('x'); END;"),
    "ALTER SYSTEM by EXECUTE": ("PG504", plpgsql("EXECUTE 'ALTER SYSTEM SET work_mem = ' || quote_literal(a);")),
    "a file in a CASE that has statements": (
        "PG503",
        plpgsql("CASE a WHEN 'x' THEN b := CASE WHEN c THEN d ELSE e END; ELSE COPY t FROM '/x'; END CASE;"),
    ),
    "LOAD": ("PG504", plpgsql("LOAD 'auto_explain';")),
    "set_config": ("PG505", plpgsql("PERFORM set_config('log_statement', 'all', true);")),
    "SET SESSION": ("PG505", plpgsql("SET SESSION log_duration = on;")),
    "a setting given by ALTER": (
        "PG505",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() SET log_statement TO 'all';",
    ),
    "dblink with a schema": ("PG507", "CREATE VIEW v AS SELECT * FROM tools.dblink('x', 'SELECT 1') AS r(a int);"),
    "a replication role": ("PG511", plpgsql("ALTER ROLE shop REPLICATION;")),
    "a write to a catalog": ("PG511", plpgsql("UPDATE pg_catalog.pg_class SET relname = a;")),
    "a role that reads files": ("PG511", plpgsql("GRANT pg_read_server_files TO shop;")),
    "a setting that tells": ("PG512", plpgsql("IF current_setting('is_superuser') = 'on' THEN RETURN; END IF;")),
    "NOTIFY": ("PG513", plpgsql("NOTIFY jobs, 'new';")),
    "NOTIFY by EXECUTE": ("PG513", plpgsql("EXECUTE format('NOTIFY %I', a);")),
    "a default": ("PG514", "CREATE TABLE t (a xid8 DEFAULT pg_current_xact_id());"),
    "ctid": ("PG515", plpgsql("DELETE FROM t USING t AS u WHERE t.ctid < u.ctid;")),
    "unschedule": ("PG522", plpgsql("PERFORM cron.unschedule(1);")),
    "a trusted wrapper's socket": (
        "PG608",
        "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/var/run', dbname 'x');",
    ),
    "no host": ("PG608", "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname 'x');"),
    "an extension's function in an index": (
        "PG521",
        "CREATE EXTENSION unaccent WITH SCHEMA public; CREATE TABLE t (a text);"
        "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT unaccent('unaccent', $1) $$;"
        "CREATE INDEX i ON t (lower(public.f(a)));",
    ),
    "a table in a check": (
        "PG521",
        "CREATE TABLE u (a text); CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS"
        " $$ SELECT EXISTS (SELECT FROM u WHERE a = $1) $$; CREATE TABLE t (a text CHECK (f(a)));",
    ),
}

TRAPS = {
    "COPY in a string": ("PG503", plpgsql("RAISE NOTICE 'COPY t FROM ''/x'''; a := 'COPY t TO PROGRAM ''x''';")),
    "COPY in a comment": ("PG503", plpgsql("-- COPY t FROM '/x';\n /* pg_read_file('x'); COPY t TO '/x'; */ RETURN;")),
    "COPY in an inner body": ("PG503", plpgsql("a := $q$ COPY t FROM '/x'; $q$; RAISE NOTICE '%', a;")),
    "a column called so": ("PG503", 'CREATE TABLE pg_read_file (copy text, "pg_ls_dir" text, "COPY t FROM" text);'),
    "a table called so": ("PG503", plpgsql("INSERT INTO pg_read_file (copy) VALUES ('from');")),
    "an alias called so": ("PG503", "CREATE VIEW v AS SELECT a AS lo_import FROM (VALUES (1)) AS lo_export (a);"),
    "a function of one's own": (
        "PG503",
        "CREATE FUNCTION lo_import(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';" + plpgsql("PERFORM lo_import(a);"),
    ),
    "another language": (
        "PG503",
        "CREATE FUNCTION f() RETURNS text LANGUAGE plperl AS $$ return 'COPY t FROM PROGRAM'; pg_read_file(1); $$;",
    ),
    "GRANT EXECUTE": ("PG503", plpgsql("GRANT EXECUTE ON FUNCTION pg_read_file(text) TO shop;")),
    "a dynamic statement of another kind": ("PG503", plpgsql("EXECUTE 'INSERT INTO log VALUES (''COPY t FROM x'')';")),
    "a variable that nobody executes": ("PG503", plpgsql("q := 'COPY t FROM ''/x'''; EXECUTE a;", "DECLARE q text;")),
    "a parameter of COPY": ("PG503", plpgsql("EXECUTE 'COPY t FROM STDIN';")),
    "the word load": ("PG504", plpgsql("load := 1; UPDATE t SET load = 2; PERFORM load(a);", "DECLARE load int;")),
    "system as a column": ("PG504", plpgsql("ALTER TABLE t ADD COLUMN system int;")),
    "an assignment in UPDATE": ("PG505", plpgsql("UPDATE t SET log_statement = a WHERE lc_messages = a;")),
    "session_replication_role": ("PG505", plpgsql("SET LOCAL session_replication_role = replica;")),
    "SET ROLE": ("PG505", plpgsql("SET LOCAL ROLE log_statement;")),
    "a setting's name in a string": (
        "PG505",
        plpgsql("PERFORM set_config('app.log_statement', 'log_statement', true);"),
    ),
    "an invoker": ("PG506", "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'SECURITY DEFINER' $$;"),
    "a definer in a comment": (
        "PG506",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 /* SECURITY DEFINER */ $$;",
    ),
    "a function called dblink of one's own": (
        "PG507",
        "CREATE FUNCTION app.dblink(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';"
        + plpgsql("PERFORM app.dblink(a);"),
    ),
    "a table called so in another rule": ("PG511", plpgsql("UPDATE app.pg_class SET a = 1; UPDATE pg_log SET a = 1;")),
    "a role called so": ("PG511", plpgsql('CREATE ROLE "superuser"; CREATE ROLE bypassrls NOLOGIN;')),
    "a column of one's own": ("PG512", "CREATE VIEW v AS SELECT 'rolsuper' AS a, 'is_superuser' AS b;"),
    "a column called notify": (
        "PG513",
        plpgsql("UPDATE t SET notify = true; b := CASE WHEN a = '' THEN notify ELSE listen END;"),
    ),
    "the sides of a box": ("PG515", plpgsql("xmin := 1; ymin := 2; SELECT b.xmin, b.ymin INTO a FROM b;")),
    "a variable called so": ("PG515", plpgsql("PERFORM ctid;", "DECLARE ctid int := 1;")),
    "an upsert": ("PG515", plpgsql("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING RETURNING xmax = 0;")),
    "a schedule of one's own": ("PG522", plpgsql("PERFORM schedule('x'); PERFORM app.schedule('cron.schedule(1)');")),
    "functions of one's own": ("PG523", "CREATE TABLE lo_get (a int); CREATE VIEW v AS SELECT app.lo_get(1) AS a;"),
    "a search_path of its own": (
        "PG521",
        "CREATE EXTENSION unaccent WITH SCHEMA public; CREATE TABLE t (a text);"
        "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public"
        " AS $$ SELECT unaccent($1) $$; CREATE INDEX i ON t (f(a));",
    ),
    "a routine that nothing calls": (
        "PG521",
        "CREATE TABLE f (a text); CREATE FUNCTION f(text) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM f';"
        "CREATE INDEX f_i ON f (a);",
    ),
    "a built-in name of one's own": (
        "PG521",
        "CREATE FUNCTION round(double precision, int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 1.0';"
        "CREATE FUNCTION f(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT round($1, 2)';"
        "CREATE TABLE t (a numeric); CREATE INDEX i ON t (f(a));",
    ),
    "variables called as a table": (
        "PG521",
        "CREATE TABLE total (a int); CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ DECLARE"
        " total int; BEGIN SELECT a + 1 INTO total; IF a IS DISTINCT FROM total THEN RETURN total; END IF; END $$;"
        "CREATE INDEX i ON total (f(a));",
    ),
    "an extension called in a string": ("PG603", "CREATE TABLE pg_cron (a text DEFAULT 'CREATE EXTENSION pg_cron');"),
    "a listed wrapper": ("PG607", "CREATE SERVER s FOREIGN DATA WRAPPER oracle_fdw OPTIONS (dbserver '//x/y');"),
    "a host by address": (
        "PG608",
        "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', hostaddr '10.0.0.1');",
    ),
    "another wrapper's own words": (
        "PG608",
        "CREATE SERVER s FOREIGN DATA WRAPPER mysql_fdw OPTIONS (host 'localhost');",
    ),
    "a raster of one's own": (
        "PG610",
        "CREATE DOMAIN raster AS bytea; CREATE TABLE t (a public.raster); CREATE TABLE raster (raster int);",
    ),
    "the extension is there": ("PG610", "CREATE EXTENSION postgis_raster; CREATE TABLE t (a public.raster);"),
}


@pytest.mark.parametrize(("code", "sql"), FIRES.values(), ids=FIRES)
def test_is_found(code: str, sql: str) -> None:
    assert len(found(code, sql)) == 1


@pytest.mark.parametrize(("code", "sql"), TRAPS.values(), ids=TRAPS)
def test_traps(code: str, sql: str) -> None:
    assert found(code, sql) == []


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'a' || 'b'", "ab"),
        ("'a ' || quote_ident(x) || ' ' || quote_literal(y(1, 2))", "a \"?\" ''"),
        ("format('%I %1$L %s %%', f(a, 'no'), 'no')", "\"?\" ''  ?  %"),
        ("concat('a', b, 'c')", "a ? c"),
        ("upper(x || 'no')", " ? "),
    ],
)
def test_the_text_of_an_expression(expression: str, text: str) -> None:
    assert text_of(list(tokens(expression))) == text


@pytest.mark.parametrize(
    ("arguments", "signature"),
    [
        ("", '"a"."F"()'),
        ("a integer, b integer DEFAULT 2", '"a"."F"(a integer, b integer)'),
        ("x numeric(12,2) = g(1, 2), y text", '"a"."F"(x numeric(12,2), y text)'),
        ("VARIADIC a text[] DEFAULT '{a,b}'::text[]", '"a"."F"(VARIADIC a text[])'),
        ('"default" text', '"a"."F"("default" text)'),
    ],
)
def test_a_routine_is_named_without_its_defaults(arguments: str, signature: str) -> None:
    assert quoted_routine(Routine(schema="a", name="F", arguments=arguments)) == signature


def test_comments_among_arguments_are_no_part_of_the_signature() -> None:
    sql = (
        "CREATE FUNCTION f(a int, -- the first\n b text /* , c */ DEFAULT ',') RETURNS int LANGUAGE sql AS 'SELECT 1';"
    )
    (routine,) = read_text(sql, Engine.POSTGRES).routines
    assert quoted_routine(routine) == '"public"."f"(a int, b text)'


class TestSecurityDefiner:
    SQL = "CREATE FUNCTION \"F x\"(a int DEFAULT 1) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"

    def test_the_owner_gets_it_back(self) -> None:
        (finding,) = found("PG506", f'{self.SQL} ALTER FUNCTION "F x"(int) OWNER TO "Boss 1";')
        assert finding.remedy.sql == 'ALTER ROUTINE "public"."F x"(a int) OWNER TO "Boss 1";'
        assert "does not fix its search_path" in finding.message

    def test_a_superuser_does_not(self) -> None:
        catalog = read_text(f'{self.SQL} ALTER FUNCTION "F x"(int) OWNER TO root;', Engine.POSTGRES)
        (finding,) = found("PG506", dataclasses.replace(catalog, accounts=(Account(name="root", superuser=True),)))
        assert finding.remedy.sql is None
        assert "root, a superuser" in finding.message

    def test_a_fixed_search_path_is_seen(self) -> None:
        (finding,) = found("PG506", f"{self.SQL} ALTER FUNCTION \"F x\"(int) SET search_path = '';")
        assert "search_path" not in finding.message


def test_a_setting_in_the_clause_is_worse_than_one_in_the_body() -> None:
    clause, body = catalogue()["PG505"].bad
    assert isinstance(clause, str)
    assert isinstance(body, str)
    assert [finding.severity for finding in found("PG505", clause + body)] == [Severity.BLOCKER, Severity.WARNING]


def test_an_index_is_worse_than_a_check() -> None:
    sql = (
        "CREATE FUNCTION g(a text) RETURNS text LANGUAGE sql AS 'SELECT a';"
        "CREATE FUNCTION f(a text) RETURNS text LANGUAGE sql AS 'SELECT g(a)';"
        "CREATE TABLE t (a text CHECK (f(a) > ''));"
    )
    assert [finding.severity for finding in found("PG521", sql)] == [Severity.WARNING]
    (finding,) = found("PG521", sql + "CREATE INDEX i ON t (f(a));")
    assert (finding.severity, finding.blocks) == (Severity.BLOCKER, "replicate")
    assert finding.remedy.sql == 'ALTER ROUTINE "public"."f"(a text) SET search_path = pg_catalog, "public";'


@pytest.mark.parametrize(
    ("sql", "target", "what"),
    [
        ("CREATE FUNCTION f() RETURNS int RETURN 1;", "13.20", "RETURN"),
        (plpgsql("MERGE INTO t USING u ON a = b WHEN MATCHED THEN DELETE;"), "14.17", "MERGE"),
        ("CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;", "14.17", "NULLS"),
        ("-- Dumped from database version 18.1\nCREATE TABLE t (a uuid DEFAULT uuidv7());", "17.4", "uuidv7()"),
    ],
)
def test_what_the_target_is_too_old_for(sql: str, target: str, what: str) -> None:
    (finding,) = found("PG517", sql, target)
    assert what in finding.message
    assert found("PG517", sql, "18.1") == []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (a uuid DEFAULT uuidv7());",
        "-- Dumped from database version 17.1\nCREATE TABLE t (a uuid DEFAULT uuidv7());",
        "-- Dumped from database version 18.1\nCREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT NULL';"
        "CREATE TABLE t (a uuid DEFAULT uuidv7());",
    ],
)
def test_a_function_that_need_not_be_the_new_one(sql: str) -> None:
    assert found("PG517", sql) == []


class TestExtensions:
    @pytest.mark.parametrize(
        ("name", "version", "target", "fires"),
        [
            ("postgis", "3.5.0", "13.9", True),
            ("postgis", "3.1.4", "13.9", False),
            ("postgis", "3.1", "13.9", False),
            ("postgis", "3.5.0", "16.4", False),
            ("citext", None, "17.4", False),
            ("apg_plan_mgmt", "2.9", "17.4", True),
            ("apg_plan_mgmt", "2.9", "17.5", False),
            ("citus", "12.1", "17.4", False),
            ("citext", "unpackaged", "17.4", False),
        ],
    )
    def test_newer_than_the_target(self, name: str, version: str | None, target: str, fires: bool) -> None:
        catalog = live(extensions=(Extension(name=name, version=version),))
        assert bool(found("PG602", catalog, target)) is fires

    def test_of_your_own(self) -> None:
        (finding,) = found("PG601", 'CREATE EXTENSION "house";')
        assert "pg_tle" in finding.remedy.text

    @pytest.mark.parametrize(
        ("libraries", "extensions", "severities"),
        [
            ("auto_explain, $libdir/passwordcheck", (), [Severity.NOTICE, Severity.WARNING]),
            ("pg_cron,pgaudit", ("pg_cron", "pgaudit"), []),
            ("timescaledb", ("timescaledb",), []),
            ("rdsutils,pg_partman_bgw", ("pg_partman",), [Severity.WARNING]),
            ('"pg_stat_statements"', (), []),
            ("", (), []),
        ],
    )
    def test_libraries(self, libraries: str, extensions: tuple[str, ...], severities: list[Severity]) -> None:
        catalog = live(
            settings={"shared_preload_libraries": libraries, "session_preload_libraries": ""},
            extensions=tuple(Extension(name=name) for name in extensions),
        )
        assert [finding.severity for finding in found("PG604", catalog)] == severities

    def test_rows_are_named_in_the_schema_they_are_in(self) -> None:
        (finding,) = found("PG606", 'CREATE SCHEMA "P m"; CREATE EXTENSION pg_partman WITH SCHEMA "P m";')
        assert finding.remedy.sql == 'SELECT * FROM "P m"."part_config"; SELECT * FROM "P m"."part_config_sub";'

    def test_reference_systems_that_come_with_postgis_are_not_asked_for(self) -> None:
        (finding,) = found("PG606", "CREATE EXTENSION postgis WITH SCHEMA public;")
        assert finding.severity is Severity.NOTICE
        assert "EPSG" in str(finding.remedy.sql)

    def test_hypertables_are_named_where_they_are_seen(self) -> None:
        sql = catalogue()["PG609"].bad[0]
        assert isinstance(sql, str)
        (finding,) = found("PG609", sql + "CREATE EXTENSION timescaledb;")
        assert finding.object.name == "public.metric"
        assert '"public"."metric_plain"' in str(finding.remedy.sql)
        (finding,) = found("PG609", "CREATE EXTENSION timescaledb;")
        assert finding.object.name == "timescaledb"

    def test_columns_of_a_raster_are_counted(self) -> None:
        columns = ", ".join(f"a{number} raster" for number in range(5))
        (finding,) = found("PG610", f"CREATE EXTENSION postgis; CREATE TABLE t ({columns});")
        assert "public.t.a2 and 2 more" in finding.message


def test_code_without_a_word_of_the_rule_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(text)

    monkeypatch.setattr("checks.postgres_code.tokens", refuse)
    catalog = read_text(plpgsql("PERFORM recopy(payload, reload);"), Engine.POSTGRES)
    assert [found(code, catalog) for code in ("PG503", "PG504", "PG514", "PG516", "PG523")] == [[]] * 5
    with pytest.raises(AssertionError):
        found("PG503", plpgsql("PERFORM copy;"))


def loadable() -> list[Any]:
    rules = [rule for code, rule in catalogue().items() if code[:3] in ("PG5", "PG6") and not rule.not_loadable]
    return [pytest.param(rule.code, sql, id=rule.code) for rule in rules for sql in rule.bad if isinstance(sql, str)]


@pytest.mark.server
class TestOnAServer:
    @pytest.mark.parametrize(("code", "sql"), loadable())
    def test_a_live_server_tells_what_its_dump_tells(
        self, code: str, sql: str, postgres_server: Any, fresh_database: Callable[[Any], str]
    ) -> None:
        with postgres_server.connect(fresh_database(postgres_server), cursor_factory=psycopg.RawCursor) as connection:
            connection.execute(sql)
            catalog = introspect.catalog(connection)
        said = [
            {(one.object.kind, one.object.name.partition("(")[0], one.severity) for one in found(code, source)}
            for source in (catalog, sql)
        ]
        assert said[0] == said[1]

    def test_what_a_live_server_tells_of_code(self, postgres_server: Any, fresh_database: Callable[[Any], str]) -> None:
        with postgres_server.connect(fresh_database(postgres_server), cursor_factory=psycopg.RawCursor) as connection:
            connection.execute(
                "CREATE AGGREGATE gather(anyarray) (SFUNC = array_larger, STYPE = anyarray);"
                "CREATE FUNCTION one() RETURNS int SET search_path = '' SET timezone TO 'UTC'"
                " BEGIN ATOMIC SELECT 1; END;"
                "CREATE FUNCTION two() RETURNS int RETURN 2;"
                "CREATE EXTENSION postgres_fdw; CREATE FOREIGN DATA WRAPPER house;"
                "CREATE SERVER near FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', fetch_size '9');"
                "CREATE SERVER far FOREIGN DATA WRAPPER house"
            )
            catalog = introspect.catalog(connection)
        bodies = {routine.name: (routine.body, routine.settings) for routine in catalog.routines}
        assert bodies["gather"] == ("(SFUNC = array_larger, STYPE = anyarray)", ())
        assert bodies["one"][0].startswith("BEGIN ATOMIC")
        assert set(bodies["one"][1]) == {"search_path", "TimeZone"}
        assert bodies["two"][0].strip() == "RETURN 2"
        others = {(other.kind, other.name): other.definition for other in catalog.others}
        assert others[("foreign data wrapper", "house")] == "CREATE FOREIGN DATA WRAPPER house"
        assert others[("server", "near")].endswith("OPTIONS (host 'localhost')")
        assert [finding.object.name for finding in found("PG607", catalog)] == ["house"]
        assert [finding.object.name for finding in found("PG608", catalog)] == ["near"]

    def test_nobody_but_a_superuser_makes_a_function_that_sets_such_a_parameter(
        self, postgres_server: Any, fresh_database: Callable[[Any], str]
    ) -> None:
        sql = catalogue()["PG505"].bad[0]
        with postgres_server.connect(fresh_database(postgres_server)) as connection:
            connection.execute(f"SET SESSION AUTHORIZATION {postgres_server.master_user}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="log_statement"):
                connection.execute(sql)

    def test_an_index_over_rows_needs_the_search_path_of_its_function(
        self, postgres_server: Any, fresh_database: Callable[[Any], str]
    ) -> None:
        sql = catalogue()["PG521"].bad[0]
        assert isinstance(sql, str)
        (finding,) = found("PG521", sql)
        before, _, index = sql.rpartition("CREATE INDEX")
        with postgres_server.connect(fresh_database(postgres_server)) as connection:
            connection.execute(f"{before} INSERT INTO town VALUES (1, 'Graz')")
            with pytest.raises(psycopg.errors.UndefinedFunction), connection.transaction():
                connection.execute(f"CREATE INDEX {index}")
            connection.execute(str(finding.remedy.sql))
            connection.execute(f"CREATE INDEX {index}")
