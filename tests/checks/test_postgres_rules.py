"""What the examples of a rule cannot show: severities by circumstance, and remedies with the user's names."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from checks.ddl.read import read_text
from checks.facts import Account, Catalog, Extension, Origin
from checks.finding import Finding, Severity
from checks.registry import catalogue
from checks.route import Engine, Route, TargetEngine, Version
from checks.server_facts import ReplicationSlot, ServerState, Transaction


def found(code: str, source: str | Catalog, target: str = "17.4") -> list[Finding]:
    catalog = read_text(source, Engine.POSTGRES) if isinstance(source, str) else source
    route = Route(Engine.POSTGRES, catalog.version, TargetEngine.AURORA_POSTGRESQL, Version.parse(target))
    return list(catalogue()[code].find(catalog, route))


def with_updates(sql: str, **updates: int) -> Catalog:
    catalog = read_text(sql, Engine.POSTGRES)
    tables = tuple(dataclasses.replace(t, updates=updates.get(t.name.name)) for t in catalog.tables)
    return dataclasses.replace(catalog, origin=Origin.LIVE, tables=tables)


class TestTableWithoutPrimaryKey:
    @pytest.mark.parametrize(
        ("updates", "severity"), [(3, Severity.BLOCKER), (0, Severity.WARNING), (None, Severity.WARNING)]
    )
    def test_updates_make_it_a_blocker(self, updates: int | None, severity: Severity) -> None:
        known = {} if updates is None else {"t": updates}
        (finding,) = found("PG301", with_updates("CREATE TABLE t (a int)", **known))
        assert (finding.severity, finding.blocks) == (severity, "replicate" if severity is Severity.BLOCKER else None)

    def test_a_unique_index_over_not_null_columns_becomes_the_key(self) -> None:
        (finding,) = found("PG301", 'CREATE TABLE "T s" ("B" int NOT NULL); CREATE UNIQUE INDEX "U" ON "T s" ("B");')
        assert finding.remedy.sql == 'ALTER TABLE "public"."T s" ADD PRIMARY KEY USING INDEX "U";'

    @pytest.mark.parametrize(
        "index",
        [
            "CREATE UNIQUE INDEX u ON t (b)",
            "CREATE UNIQUE INDEX u ON t (a) WHERE (a > 0)",
            "CREATE UNIQUE INDEX u ON t (lower(a))",
            "CREATE INDEX u ON t (a)",
        ],
    )
    def test_other_indexes_do_not(self, index: str) -> None:
        (finding,) = found("PG301", f"CREATE TABLE t (a text NOT NULL, b int); {index};")
        assert "ADD COLUMN" in str(finding.remedy.sql)

    def test_a_unique_constraint_gives_its_columns(self) -> None:
        (finding,) = found("PG301", "CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE (a, b));")
        assert finding.remedy.sql == 'ALTER TABLE "public"."t" ADD PRIMARY KEY ("a", "b");'

    def test_of_a_partitioned_table_the_parent_alone_is_named_with_the_updates_of_all(self) -> None:
        sql = (
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)"
            " PARTITION BY LIST (a); CREATE TABLE g PARTITION OF c DEFAULT;"
        )
        (finding,) = found("PG301", with_updates(sql, g=7, p=0))
        assert (finding.object.name, finding.severity) == ("public.p", Severity.BLOCKER)
        assert "7 updates" in finding.message

    def test_keys_on_every_leaf_are_enough(self) -> None:
        sql = (
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c (a int PRIMARY KEY);"
            "ALTER TABLE p ATTACH PARTITION c DEFAULT;"
        )
        assert found("PG301", sql) == []

    @pytest.mark.parametrize("identity", ["FULL", "USING INDEX u"])
    def test_a_replica_identity_carries_the_updates(self, identity: str) -> None:
        sql = f"CREATE TABLE t (a int NOT NULL CONSTRAINT u UNIQUE); ALTER TABLE t REPLICA IDENTITY {identity};"
        (finding,) = found("PG301", with_updates(sql, t=3))
        assert (finding.severity, "replica identity" in finding.message) == (Severity.WARNING, True)

    def test_a_unique_key_that_is_not_named_so_does_not(self) -> None:
        (finding,) = found("PG301", with_updates("CREATE TABLE t (a int NOT NULL UNIQUE)", t=3))
        assert finding.severity is Severity.BLOCKER

    def test_of_partitions_only_those_count_that_nothing_tells_apart(self) -> None:
        sql = (
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE c PARTITION OF p FOR VALUES IN (1);"
            "CREATE TABLE d PARTITION OF p DEFAULT; ALTER TABLE c REPLICA IDENTITY FULL;"
        )
        (finding,) = found("PG301", with_updates(sql, c=7, d=0))
        assert finding.severity is Severity.WARNING
        (finding,) = found("PG301", with_updates(sql, c=7, d=2))
        assert (finding.severity, "2 updates" in finding.message) == (Severity.BLOCKER, True)

    def test_temporary_tables_are_nobodys_concern(self) -> None:
        assert found("PG301", "CREATE TEMP TABLE t (a int);") == []


class TestUnsupportedExtension:
    @pytest.mark.parametrize(
        ("name", "target", "severity"),
        [
            ("pg_cron", "17.4", None),
            ("uuid-ossp", "14.20", None),
            ("plpgsql", "17.4", None),
            ("citus", "17.4", Severity.BLOCKER),
            ("something_of_our_own", "17.4", Severity.BLOCKER),
            ("edb_thing", "17.4", Severity.BLOCKER),
            ("old_snapshot", "18.3", Severity.BLOCKER),
            ("vector", "17.4", Severity.WARNING),
            ("vector", "18.3", None),
            ("hypopg", "15.4", Severity.BLOCKER),
            ("hypopg", "15.10", None),
            ("pg_cron", "19.1", Severity.WARNING),
        ],
    )
    def test_by_version(self, name: str, target: str, severity: Severity | None) -> None:
        catalog = Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, extensions=(Extension(name=name),))
        assert [finding.severity for finding in found("PG601", catalog, target)] == ([severity] if severity else [])

    def test_the_remedy_names_the_alternative_and_the_source_its_day(self) -> None:
        (finding,) = found("PG601", 'CREATE EXTENSION "timescaledb";')
        assert "pg_partman" in finding.remedy.text
        assert finding.remedy.sql == 'DROP EXTENSION "timescaledb";'
        assert "as of 20" in finding.source

    def test_traps(self) -> None:
        assert found("PG601", "CREATE TABLE extension (timescaledb text DEFAULT 'CREATE EXTENSION timescaledb');") == []


@pytest.mark.parametrize(
    ("target", "severity"),
    [
        ("17.4", None),
        ("17", None),
        ("17.1", Severity.WARNING),
        ("99.1", Severity.BLOCKER),
    ],
)
def test_target_versions(target: str, severity: Severity | None) -> None:
    findings = found("CK801", Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE), target)
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("version", "severity"),
    [("9.3", Severity.BLOCKER), ("12.4", None), ("17.5", Severity.NOTICE), ("18.1", Severity.WARNING)],
)
def test_source_versions(version: str, severity: Severity | None) -> None:
    findings = found("PG309", f"-- Dumped from database version {version}\nSET x = 1;")
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_pglogical_makes_a_full_identity_worse() -> None:
    sql = "CREATE TABLE t (a int); ALTER TABLE t REPLICA IDENTITY FULL;"
    assert found("PG306", sql)[0].severity is Severity.NOTICE
    assert found("PG306", sql + "CREATE EXTENSION pglogical;")[0].severity is Severity.WARNING


def test_untrusted_languages_by_routine_and_by_name() -> None:
    sql = (
        "CREATE PROCEDURAL LANGUAGE plperlu; CREATE TRUSTED LANGUAGE plperl;"
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS '$libdir/x', 'f';"
        "CREATE FUNCTION g() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'LANGUAGE plpython3u'; END $$;"
    )
    assert {finding.object.name for finding in found("PG502", sql)} == {"plperlu", "public.f()"}


def test_remedies_quote_hostile_names() -> None:
    (finding,) = found("PG101", 'CREATE UNLOGGED TABLE "a"";DROP TABLE x;--" (i int PRIMARY KEY);')
    assert finding.remedy.sql == 'ALTER TABLE "public"."a"";DROP TABLE x;--" SET LOGGED;'


def test_a_heap_table_of_a_live_server_is_no_custom_tablespace() -> None:
    assert found("PG102", "CREATE TABLE t (a int) TABLESPACE pg_default;") == []
    assert found("PG102", "CREATE TABLE t (a int) TABLESPACE fast;")[0].object.name == "public.t"


def test_no_large_objects_means_no_worry_about_oid_columns() -> None:
    catalog = read_text("CREATE TABLE t (a oid PRIMARY KEY);", Engine.POSTGRES)
    assert found("PG103", catalog)[0].severity is Severity.WARNING
    assert found("PG103", dataclasses.replace(catalog, large_objects=0)) == []


def live(**facts: Any) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, database='My "shop"', **facts)


@pytest.mark.parametrize(
    ("code", "name", "value", "severity"),
    [
        ("PG310", "wal_sender_timeout", "1", Severity.BLOCKER),
        ("PG310", "wal_sender_timeout", "9999", Severity.BLOCKER),
        ("PG310", "wal_sender_timeout", "10000", None),
        ("PG310", "wal_sender_timeout", "0", None),
        ("PG310", "wal_sender_timeout", "300001", Severity.NOTICE),
        ("PG318", "idle_in_transaction_session_timeout", "86400000", Severity.NOTICE),
        ("PG318", "idle_in_transaction_session_timeout", "60000", Severity.WARNING),
        ("PG318", "idle_in_transaction_session_timeout", "0", None),
        ("PG322", "logical_decoding_work_mem", "65535", Severity.NOTICE),
        ("PG706", "TimeZone", "Etc/UTC", None),
        ("PG706", "search_path", "sales, public", Severity.NOTICE),
    ],
)
def test_by_value_of_a_setting(code: str, name: str, value: str, severity: Severity | None) -> None:
    findings = found(code, live(settings={name: value}))
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_a_setting_goes_to_the_database_as_it_is_written() -> None:
    settings = {"search_path": 'sales, "A b"', "DateStyle": "SQL, DMY", "xmlbinary": "it's"}
    assert {str(finding.remedy.sql) for finding in found("PG706", live(settings=settings))} == {
        'ALTER DATABASE "My ""shop""" SET search_path = sales, "A b";',
        'ALTER DATABASE "My ""shop""" SET DateStyle = \'SQL, DMY\';',
        'ALTER DATABASE "My ""shop""" SET xmlbinary = \'it\'\'s\';',
    }


@pytest.mark.parametrize(
    "code", ["PG310", "PG311", "PG318", "PG321", "PG322", "PG706", "PG707", "PG401", "PG402", "PG403", "PG404", "PG803"]
)
def test_what_is_unknown_is_no_finding(code: str) -> None:
    assert found(code, live(extensions=(Extension(name="pglogical"),))) == []


@pytest.mark.parametrize("code", ["PG312", "PG313", "PG314", "PG315", "PG317", "PG704", "PG806", "PG405"])
def test_what_may_not_be_read_of_the_server_is_no_finding(code: str) -> None:
    assert found(code, live(state=ServerState())) == []


def test_a_hostile_name_of_a_prepared_transaction_stays_a_name() -> None:
    prepared = (Transaction(user="a", seconds=1, database="b", gid="x'; DROP TABLE y; --"),)
    (finding,) = found("PG312", live(state=ServerState(prepared=prepared)))
    assert finding.remedy.sql == "ROLLBACK PREPARED 'x''; DROP TABLE y; --';"


@pytest.mark.parametrize(
    ("slot", "codes"),
    [
        (ReplicationSlot(name="a", status="lost"), ["PG315"]),
        (ReplicationSlot(name="a", status="unreserved", active=True), ["PG315"]),
        (ReplicationSlot(name="a", status="extended", retained=1 << 31), ["PG317"]),
        (ReplicationSlot(name="am_shop_witness_1", status="extended", retained=1 << 31), []),
        (ReplicationSlot(name="a", status="reserved", retained=1 << 20), []),
        (ReplicationSlot(name="a"), []),
    ],
)
def test_slots_by_state(slot: ReplicationSlot, codes: list[str]) -> None:
    catalog = live(state=ServerState(slots=(slot,)))
    assert [code for code in ("PG315", "PG317") if found(code, catalog)] == codes


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        (Account(name="app", superuser=True, sessions=3, owns=7), ["PG401", "PG402"]),
        (Account(name="admin", superuser=True, sessions=0, owns=0), []),
        (Account(name="feed", replication=True, sessions=1, owns=0), ["PG402"]),
        (Account(name="standby", replication=True, sessions=0, owns=0), []),
        (Account(name="rdsadmin", superuser=True, sessions=0, owns=3), []),
    ],
)
def test_roles_count_where_they_are_at_work(account: Account, codes: list[str]) -> None:
    assert [code for code in ("PG401", "PG402") if found(code, live(accounts=(account,)))] == codes


def test_on_rds_the_names_of_rds_are_at_home() -> None:
    taken = Account(name="rds_replication")
    assert found("PG403", live(accounts=(taken,)))
    assert found("PG403", live(accounts=(taken, Account(name="rdsadmin")))) == []


@pytest.mark.parametrize(
    ("encoding", "severity"),
    [("SQL_ASCII", Severity.BLOCKER), ("LATIN1", Severity.WARNING), ("UTF8", None), (None, None)],
)
def test_encodings(encoding: str | None, severity: Severity | None) -> None:
    findings = found("PG701", live(encoding=encoding))
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("code", "body", "is_found"),
    [
        ("PG320", "EXECUTE format('CREATE TABLE %I (a int)', name)", True),
        ("PG320", "ALTER TABLE IF EXISTS a ADD b int", True),
        ("PG320", "EXECUTE 'DROP TABLE ' || name", True),
        ("PG320", "-- drop table a\nNULL", False),
    ],
)
def test_what_routines_say(code: str, body: str, is_found: bool) -> None:
    sql = f"CREATE PROCEDURE p(name text) LANGUAGE plpgsql AS $$ BEGIN {body}; END $$;"
    assert bool(found(code, sql)) is is_found


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("ALTER ROLE shop SET app.secret = 'hush'", "app.secret of role shop"),
        ("ALTER ROLE ALL IN DATABASE d SET work_mem TO '1MB'", "work_mem of all roles in database d"),
        ("ALTER DATABASE d SET search_path TO a, b", "search_path of all roles in database d"),
        ("ALTER DATABASE d SET TABLESPACE t", None),
        ("ALTER ROLE shop RESET ALL", None),
    ],
)
def test_stored_settings_of_a_dump_without_their_values(statement: str, name: str | None) -> None:
    findings = found("PG705", f"CREATE ROLE shop; {statement};")
    assert [finding.object.name for finding in findings] == ([name] if name else [])
    assert "hush" not in str(read_text(statement, Engine.POSTGRES))


def test_a_narrow_column_ends_before_its_wide_sequence() -> None:
    sql = (
        "CREATE TABLE t (id integer PRIMARY KEY); CREATE SEQUENCE s OWNED BY t.id; SELECT setval('s', 2000000000);"
        "CREATE SEQUENCE round AS integer MAXVALUE 10 CYCLE; SELECT setval('round', 9);"
    )
    (finding,) = found("PG807", sql)
    assert finding.message == "is at 2000000000 of 2147483647 (it feeds public.t.id)"
