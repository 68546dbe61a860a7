"""The samples of the MySQL family are assessed as they declare, live and from their file; nothing open blocks them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.ddl.read import read_file
from checks.facts import Catalog
from checks.route import Engine, Route, TargetEngine, Version
from checks.run import run
from checks.waivers import Waiver
from migrate.engines.mysql.connection import Connections
from migrate.engines.mysql.introspect import catalog
from migrate.model.assessment import AssessmentReport, Readiness
from migrate.model.database import Address, Credentials, Side
from migrate.stages.assess.build import build
from tests.samples.staged import PRESS, SHOP, declared

pytestmark = pytest.mark.server

WORST = ("blocker", "warning", "notice")
TODAY = datetime.date(2026, 11, 23)
BY_THE_SERVER_ALONE = {"MY220", "MY309", "MY319", "MY402", "MY406", "MY510", "MY707", "MY807"}
"""Versions, settings and accounts are in no file."""
SINCE_11_5 = {"MY220": "warning"}
"""Timestamps of MariaDB 11.5 and later go beyond 2038."""
COUNTS = {"shop": (18, 1, 3, 2), "press": (10, 1, 3, 1)}
"""Tables, views, triggers, routines."""


def _assess(found: Catalog, version: Version | None, waivers: tuple[Waiver, ...]) -> AssessmentReport:
    route = Route(found.engine, version, TargetEngine.AURORA_MYSQL, Version.parse("3.08"))
    return build(found, route, run(found, route, waivers=waivers, today=TODAY))


def _worst(report: AssessmentReport) -> dict[str, str]:
    found: dict[str, str] = {}
    for finding in report.findings:
        known = found.get(finding.code, "notice")
        found[finding.code] = min(known, finding.severity.value, key=WORST.index)
    return found


def _live(sample: Any) -> Catalog:
    server = sample.server
    address = Address(Engine(server.engine), server.host, server.port, sample.database, ca_file=str(server.ca_file))
    connections = Connections(address, Credentials(server.master_user, server.master_password), Side.SOURCE)
    try:
        with connections.use() as connection:
            connection.execute("CALL mysql.rds_set_configuration('binlog retention hours', 72)")
            return catalog(connection, [sample.database])
    finally:
        connections.close()


@pytest.mark.parametrize(
    ("folder", "server"),
    [pytest.param(SHOP, "mysql_server", id="shop"), pytest.param(PRESS, "mariadb_server", id="press")],
)
def test_live_and_from_its_file(
    request: pytest.FixtureRequest, make_sample: Callable[..., Any], folder: Path, server: str
) -> None:
    about = declared(folder)
    expected: dict[str, str] = dict(about["expected_findings"])
    serving = request.getfixturevalue(server)
    if folder == PRESS and serving.binaries.number < (10, 7):
        pytest.skip("the sample has the type uuid, which MariaDB 10.7 brought")
    if folder == PRESS and serving.binaries.number >= (11, 5):
        expected |= SINCE_11_5
    sample = make_sample(serving, folder=folder)
    # The database has another name here; the waivers are written for the one of the sample.
    waivers = tuple(
        Waiver(**{**waiver, "object": waiver["object"].replace(f"{about['sample']['database']}.", "*.")})
        for waiver in about["waivers"]
    )
    live = _live(sample)
    report = _assess(live, live.version, waivers)
    assert _worst(report) == expected
    from_file = _assess(read_file(folder / "schema.sql", Engine(sample.server.engine)), live.version, ())
    in_file = _worst(from_file)
    assert in_file.items() <= expected.items()
    assert expected.keys() - in_file.keys() <= BY_THE_SERVER_ALONE
    for assessed in (report, from_file):
        assert assessed.rules.crashed == ()
        assert assessed.counts.unread == 0
        counts = assessed.counts
        assert (counts.tables, counts.views, counts.triggers, counts.routines) == COUNTS[folder.name]
    assert report.readiness[-1].readiness is Readiness.READY_WITH_WORK
    assert not [finding for finding in report.open if finding.severity.value == "blocker"]
    used = {finding.code for finding in report.findings if finding.waived_by is not None}
    assert used == {waiver.code for waiver in waivers}
