"""The reader's Catalog of a schema equals what a real server says of it: of the file as written, and of its pg_dump."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.ddl.read import read_file
from checks.facts import Catalog, ConstraintKind
from checks.route import Engine
from tests.checks.fixture import postgres_schema

pytestmark = pytest.mark.server
OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"


@pytest.fixture
def schema(postgres_server: Any, tmp_path: Path) -> Path:
    return postgres_schema(postgres_server.binaries.major, tmp_path)


@pytest.fixture
def loaded(postgres_server: Any, fresh_database: Callable[[Any], str], schema: Path) -> str:
    name = fresh_database(postgres_server)
    with postgres_server.connect(name) as connection:
        connection.execute(schema.read_text(encoding="utf-8"))
    return name


def dump(server: Any, database: str, path: Path, *options: str) -> Path:
    environment = {
        **os.environ,
        "PGPASSWORD": server.superuser_password,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(server.ca_file),
    }
    where = ["--host", server.host, "--port", str(server.port), "--username", server.superuser, "--file", str(path)]
    program = Path(server.binaries.client_bin) / "pg_dump"
    subprocess.run([program, *where, *options, database], env=environment, check=True)
    return path


def asked(server: Any, database: str, query: str) -> set[tuple[Any, ...]]:
    with server.connect(database) as connection:
        return set(connection.execute(query.format(ours=OURS)).fetchall())


@pytest.fixture(params=["as written", "pg_dump", "pg_dump --schema-only", "pg_dump --inserts --create"])
def catalog(request: pytest.FixtureRequest, postgres_server: Any, loaded: str, schema: Path, tmp_path: Path) -> Catalog:
    kind: str = request.param
    path = schema if kind == "as written" else dump(postgres_server, loaded, tmp_path / "d.sql", *kind.split()[1:])
    return read_file(path, Engine.POSTGRES)


def test_everything_is_read(catalog: Catalog) -> None:
    assert [(unread.text, unread.reason) for unread in catalog.unread] == []


def test_the_catalog_is_the_servers(catalog: Catalog, postgres_server: Any, loaded: str) -> None:
    """One load and one dump, and all kinds of objects compared, so that a failure shows every difference at once."""

    def server(query: str) -> set[tuple[Any, ...]]:
        return asked(postgres_server, loaded, query)

    tables = catalog.tables
    assert {
        (t.name.schema, t.name.name, t.persistence[0], t.partitioned, t.replica_identity.value[0]) for t in tables
    } == server(
        "SELECT n.nspname, relname, relpersistence::text, relkind = 'p', relreplident::text FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') AND {ours}"
    )
    assert {(t.name.name, t.partition_of.name) for t in tables if t.partition_of} == server(
        "SELECT c.relname, p.relname FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid"
        " JOIN pg_class p ON p.oid = inhparent WHERE c.relispartition AND c.relkind IN ('r', 'p')"
    )
    # pg_dump leaves the column that a sequence feeds without saying so in the type, as the server does.
    assert {
        (t.name.name, c.name, _unqualified(c.type), c.nullable, c.identity, bool(c.generated), c.default is not None)
        for t in tables
        for c in t.columns
    } == server(
        "SELECT relname, attname, replace(format_type(atttypid, atttypmod), 'app.', ''), NOT attnotnull,"
        " CASE attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END, generated <> '',"
        " atthasdef AND generated = '' FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        f" CROSS JOIN coalesce({since('a', 'attgenerated')}, '') AS generated"
        " WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND {ours}"
    )
    letters = {kind: kind.value[0] for kind in ConstraintKind} | {ConstraintKind.EXCLUDE: "x"}
    assert {
        (t.name.name, letters[c.kind], c.name if c.kind is not ConstraintKind.FOREIGN_KEY else "", c.deferrable)
        for t in tables
        for c in t.constraints
    } == server(
        "SELECT relname, contype::text, CASE contype WHEN 'f' THEN '' ELSE conname::text END, condeferrable"
        " FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE contype IN ('p', 'u', 'f', 'c', 'x') AND {ours}"
    )
    keys = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE, ConstraintKind.FOREIGN_KEY)
    assert {
        (t.name.name, letters[c.kind], list_text(c.columns), c.validated, c.inherited)
        for t in tables
        for c in t.constraints
        if c.kind in keys
    } == server(
        "SELECT relname, contype::text, (SELECT string_agg(attname, ',' ORDER BY place) FROM pg_attribute a,"
        " unnest(conkey) WITH ORDINALITY AS u(n, place) WHERE attrelid = conrelid AND attnum = u.n),"
        f" convalidated, coalesce({since('k', 'conparentid')}, '0') <> '0' FROM pg_constraint k"
        " JOIN pg_class c ON c.oid = conrelid"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE contype IN ('p', 'u', 'f') AND {ours}"
    )
    assert {(i.table.name, i.name, i.unique, i.method) for i in catalog.indexes} == server(
        "SELECT t.relname, c.relname, indisunique, amname FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
        " JOIN pg_class t ON t.oid = indrelid JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n"
        " ON n.oid = c.relnamespace WHERE {ours} AND NOT EXISTS"
        " (SELECT FROM pg_constraint k WHERE k.conindid = indexrelid AND contype IN ('p', 'u', 'x'))"
    )
    assert {(v.name.name, v.materialized) for v in catalog.views} == server(
        "SELECT relname, relkind = 'm' FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind IN ('v', 'm') AND {ours}"
    )
    assert {(s.name.name, s.identity, s.increment, s.cycle) for s in catalog.sequences} == server(
        "SELECT relname, EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = seqrelid"
        " AND deptype = 'i'), seqincrement, seqcycle FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE {ours}"
    )
    assert {(r.name, r.kind[0], r.language, r.security_definer) for r in catalog.routines} == server(
        f"SELECT proname, replace(coalesce({since('p', 'prokind')}, CASE {since('p', 'proisagg')} WHEN 'true' THEN 'a'"
        " ELSE 'f' END), 'w', 'f'), lanname, prosecdef FROM pg_proc p JOIN pg_language l"
        " ON l.oid = prolang JOIN pg_namespace n ON n.oid = pronamespace WHERE {ours}"
    )
    states = {"origin": "O", "disabled": "D", "replica": "R", "always": "A"}
    assert {(t.table.name, t.name, states[t.enabled]) for t in catalog.triggers} == server(
        "SELECT relname, tgname, tgenabled::text FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
        " WHERE NOT tgisinternal"
    )
    assert {(e.name, e.event, states[e.enabled]) for e in catalog.event_triggers} == server(
        "SELECT evtname, evtevent, evtenabled::text FROM pg_event_trigger"
    )
    assert set(catalog.schemas) == {row[0] for row in server("SELECT nspname FROM pg_namespace n WHERE {ours}")}


def since(row: str, column: str) -> str:
    """A column that not every version of the catalog has, as text; NULL where it has not."""
    return f"(to_jsonb({row}) ->> '{column}')"


def _unqualified(name: str) -> str:
    return name.replace("app.", "")


def list_text(columns: tuple[str, ...]) -> str:
    return ",".join(columns)


def test_a_dump_with_data_tells_values_of_sequences_and_large_objects(
    postgres_server: Any, loaded: str, tmp_path: Path
) -> None:
    catalog = read_file(dump(postgres_server, loaded, tmp_path / "d.sql", "--create"), Engine.POSTGRES)
    (values,) = [s.last_value for s in catalog.sequences if s.name.name == "customer_id_seq"]
    assert values == 2
    assert catalog.large_objects == 1
    assert catalog.database == loaded
    assert catalog.version is not None
    assert catalog.version.major == postgres_server.binaries.major
