"""The sample is assessed as it declares, from a dump and live, and nothing blocks it."""

from __future__ import annotations

import dataclasses
import datetime
import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.ddl.read import read_file
from checks.facts import Catalog
from checks.route import Engine, Route, TargetEngine, Version
from checks.run import run
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.assessment import AssessmentReport, Readiness
from migrate.model.database import Address, Credentials, Side
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.stages.assess.build import build

pytestmark = pytest.mark.server

SAMPLE = Path(__file__).resolve().parents[2] / "sample_schemas" / "postgres" / "ledger"
EXPECTED: dict[str, str] = tomllib.loads((SAMPLE / "sample.toml").read_text())["expected_findings"]
BY_THE_SERVER_ALONE = {"PG407"}
"""What it keeps from this login is told by a live server alone."""
OF_NEWER = {"CK802": "blocker", "PG309": "warning"}
"""Of a server that is newer than the target, and than those that DMS names."""
WORST = ("blocker", "warning", "notice")


def _assess(catalog: Catalog) -> AssessmentReport:
    route = Route(catalog.engine, catalog.version, TargetEngine.AURORA_POSTGRESQL, Version.parse("17.5"))
    return build(catalog, route, run(catalog, route, today=datetime.date(2026, 11, 23)))


def _worst(report: AssessmentReport) -> dict[str, str]:
    found: dict[str, str] = {}
    for finding in report.findings:
        known = found.get(finding.code, "notice")
        found[finding.code] = min(known, finding.severity.value, key=WORST.index)
    return found


def _dump(sample: Any, file: Path) -> Catalog:
    server = sample.server
    environment = os.environ | {
        "PGHOST": server.host,
        "PGPORT": str(server.port),
        "PGUSER": sample.owner,
        "PGPASSWORD": sample.owner_password,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(server.ca_file),
    }
    command = [str(server.binaries.client_bin / "pg_dump"), "--schema-only", "--file", str(file), sample.database]
    subprocess.run(command, env=environment, check=True)
    return read_file(file, Engine.POSTGRES)


def _live(sample: Any) -> Catalog:
    server = sample.server
    address = Address(Engine.POSTGRES, server.host, server.port, sample.database, ca_file=str(server.ca_file))
    database = PostgresDatabase(address, Credentials(sample.owner, sample.owner_password), Side.SOURCE)
    server.execute(f'GRANT pg_monitor TO "{sample.owner}"')
    try:
        return database.catalog(["ledger"])
    finally:
        database.close()
        server.execute(f'REVOKE pg_monitor FROM "{sample.owner}"')


def test_from_a_dump_and_live(postgres_server: PostgresServer, make_sample: Callable[..., Any], tmp_path: Path) -> None:
    major = postgres_server.binaries.major
    if major < 12:
        pytest.skip("the sample has generated columns, which PostgreSQL 12 brought")
    sample = make_sample(postgres_server)
    dumped, live = _assess(_dump(sample, tmp_path / "ledger.sql")), _assess(_live(sample))
    expected = {code: worst for code, worst in EXPECTED.items() if code != "PG309" or major >= 13}
    expected |= OF_NEWER if major > 17 else {}
    assert _worst(dumped) == {code: worst for code, worst in expected.items() if code not in BY_THE_SERVER_ALONE}
    assert _worst(live) == expected | ({"PG405": "notice"} if major < 15 else {})
    for report in (dumped, live):
        assert report.rules.crashed == ()
        assert report.counts.unread == 0
        assert report.readiness[-1].readiness is (Readiness.BLOCKED if major > 17 else Readiness.READY_WITH_WORK)
    # A dump does not name plpgsql, which every database has.
    assert dataclasses.replace(dumped.counts, extensions=1) == live.counts
    assert (dumped.counts.tables, dumped.counts.sequences, dumped.counts.views) == (15, 7, 2)
