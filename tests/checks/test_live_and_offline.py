"""One schema, read from its file and introspected on a real server, gives the same facts and the same findings."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from checks.ddl.read import read_file
from checks.facts import Catalog, ConstraintKind, Table
from checks.route import Engine, Route, TargetEngine, Version
from checks.run import run
from migrate.engines.postgres import introspect
from tests.checks.fixture import SCHEMA, postgres_schema

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = [SCHEMA, *sorted(ROOT.glob("sample_schemas/postgres/*/schema.sql"))]
SAMPLES_SINCE = 12


@pytest.fixture(params=SCHEMAS, ids=lambda path: path.parent.name)
def both(
    request: pytest.FixtureRequest, postgres_server: Any, fresh_database: Callable[[Any], str], tmp_path: Path
) -> tuple[Catalog, Catalog]:
    path: Path = request.param
    major = postgres_server.binaries.major
    if path == SCHEMA:
        path = postgres_schema(major, tmp_path)
    elif major < SAMPLES_SINCE:
        pytest.skip("the sample has generated columns, which PostgreSQL 12 brought")
    with postgres_server.connect(fresh_database(postgres_server), cursor_factory=psycopg.RawCursor) as connection:
        connection.execute(path.read_text(encoding="utf-8"))
        live = introspect.catalog(connection)
    return live, read_file(path, Engine.POSTGRES)


def shape(table: Table) -> tuple[Any, ...]:
    columns = {(c.name, c.type, c.nullable, c.identity, bool(c.generated)) for c in table.columns}
    constraints = {
        (c.kind, c.columns, c.references, c.deferrable, c.validated, c.inherited)
        for c in table.constraints
        if c.kind is not ConstraintKind.CHECK
    }
    checks = sum(c.kind is ConstraintKind.CHECK for c in table.constraints)
    return (
        columns,
        constraints,
        checks,
        table.persistence,
        table.partitioned,
        table.partition_of,
        table.parents,
        table.row_security,
        table.replica_identity,
    )


def test_tables_are_the_same(both: tuple[Catalog, Catalog]) -> None:
    live, offline = ({table.name: shape(table) for table in catalog.tables} for catalog in both)
    assert offline == live


@pytest.mark.parametrize("kind", ["views", "indexes", "routines", "triggers", "sequences", "event_triggers"])
def test_as_many_objects_of_each_kind(both: tuple[Catalog, Catalog], kind: str) -> None:
    live, offline = (len(getattr(catalog, kind)) for catalog in both)
    assert offline == live


def test_the_findings_are_the_same_but_for_facts_of_the_server(both: tuple[Catalog, Catalog]) -> None:
    live, offline = both

    def found(catalog: Catalog) -> set[tuple[str, str, str]]:
        route = Route(Engine.POSTGRES, live.version, TargetEngine.AURORA_POSTGRESQL, Version((17, 4)))
        report = run(catalog, route, today=datetime.date(2026, 11, 23))
        assert report.crashed == ()
        kept = [f for f in report.findings if f.object.kind not in ("database", "server", "setting", "role")]
        return {(finding.code, finding.severity.value, finding.object.name) for finding in kept}

    assert found(offline) == found(live)
