"""What an assessment measures of a live source: lengths of LOBs, rates, growth; what it could not measure, it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.facts import Catalog, Column, Origin, Table, TableName
from checks.route import Engine
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.database import Address, Credentials, Side
from migrate.model.measurement import LobSize, Measurements, TableWrites
from migrate.operations import assess as operation
from migrate.operations.assess import assess
from migrate.report.assessment.render import Form, render
from migrate.report.documents import schema
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.settings import load
from migrate.stages.assess.workload import workload
from migrate.wiring.session import Session
from tests.clocks import HandClock
from tests.unit.test_settings import GOOD, written

PAPERS = TableName("public", "papers")


def catalog(engine: Engine = Engine.POSTGRES, *, kind: str = "text", **more: Any) -> Catalog:
    table = Table(name=PAPERS, columns=(Column(name="body", type=kind),), rows=1_000, bytes=1_000_000)
    return Catalog(engine=engine, origin=Origin.LIVE, tables=(table,), bytes=1_000_000, **more)


def measured(longest: int = 9_000, *, seconds: float | None = 100.0) -> Measurements:
    lob = LobSize(table=PAPERS, column="body", rows=1_000, longest=longest, p99=50, exact=True)
    written = TableWrites(table=PAPERS, inserts=300, updates=500, deletes=200)
    return Measurements(lobs=(lob,), writes=(written,), seconds=seconds, basis="for the test")


def test_lob_max_size_follows_from_the_longest_value() -> None:
    told = workload(catalog(), measured(longest=30_000))
    assert (told.lob_max_kb, told.lob_basis) == (256, "4 times the longest value that was seen")


@pytest.mark.parametrize(
    ("asked", "found", "limit", "why"),
    [
        (catalog(Engine.MYSQL, kind="longtext"), measured(), 102_400, "told to nobody"),
        (catalog(), Measurements(), 102_400, "not every LOB was measured"),
        (catalog(kind="integer"), Measurements(), None, "no column is a LOB"),
    ],
)
def test_where_no_measure_is_trusted_the_ceiling_is_named(
    asked: Catalog, found: Measurements, limit: int | None, why: str
) -> None:
    told = workload(asked, found)
    assert told.lob_max_kb == limit
    assert why in told.lob_basis


def test_rates_and_growth_come_from_the_servers_count() -> None:
    told = workload(catalog(), measured())
    assert told.changes_per_second == pytest.approx(10.0)
    assert told.growth_bytes_per_day == pytest.approx(100 * 1_000 / 100 * 86_400)


def test_a_count_without_its_beginning_is_no_rate() -> None:
    told = workload(catalog(), measured(seconds=None))
    assert (told.changes_per_second, told.growth_bytes_per_day) == (None, None)


# --- a real server ----------------------------------------------------------------------------------------------------


@pytest.fixture
def session(
    tmp_path: Path, postgres_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]
) -> Iterator[Session]:
    server = postgres_server
    name = fresh_database(server)
    with server.connect(name, server.master_user, server.master_password) as connection:
        connection.execute("CREATE TABLE papers (id int PRIMARY KEY, body text)")
        connection.execute("INSERT INTO papers SELECT n, repeat('x', n * 10) FROM generate_series(1, 500) AS n")
        connection.execute("CREATE TABLE closed (id int PRIMARY KEY, body text)")
    address = Address(Engine.POSTGRES, server.host, server.port, name, ca_file=str(server.ca_file))
    login = Credentials(server.master_user, server.master_password)
    with Session(load(written(tmp_path, GOOD)), clock=HandClock()) as opened:
        opened.__dict__["source"] = PostgresDatabase(address, login, Side.SOURCE)
        yield opened
        opened.source.close()


@pytest.mark.server
def test_a_live_assessment_measures_and_every_form_tells_it(session: Session) -> None:
    report = assess(session)
    assert report.workload is not None
    (longest, _) = sorted(report.workload.measured.lobs, key=lambda one: -one.longest)
    assert (longest.table, longest.longest, longest.p99, longest.exact) == (PAPERS, 5_000, 4_950, True)
    document = json.loads(render(report, Form.JSON))
    jsonschema.validate(document, schema("assessment"))
    assert document["workload"]["lob_max_size_kb"] == 63
    assert document["workload"]["statements"] is None
    for form in (Form.TEXT, Form.HTML, Form.MARKDOWN):
        told = " ".join(render(report, form).replace("\\", "").split())
        assert "public.papers.body: longest 4.9 KiB, p99 4.8 KiB" in told
        assert "unknown: statements of applications (the extension pg_stat_statements is not in this database)" in told
    assert report.fit is not None
    assert report.fit.recommended is not None


@pytest.mark.server
def test_when_the_time_is_up_the_tables_that_are_left_are_said(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "LOBS_SECONDS", -1.0)
    report = assess(session)
    assert report.workload is not None
    assert report.workload.measured.lobs == ()
    assert report.workload.lob_max_kb == 102_400
    assert any("2 more tables" in one for one in report.workload.measured.unmeasured)
