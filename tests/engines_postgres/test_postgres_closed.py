"""What a login may not read is told as unknown, with the rules that have no answer and the grant that opens it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Engine, Route, TargetEngine, Version
from checks.run import CheckReport, run
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.assessment import Readiness
from migrate.model.database import Credentials, Side
from migrate.stages.assess.build import build

pytestmark = pytest.mark.server

AURORA = (TargetEngine.AURORA_POSTGRESQL, Version((17, 5)))
CLOSED = ("pg_proc", "pg_trigger", "pg_roles", "pg_largeobject_metadata", "pg_settings")


def catalog(source: Any, login: Credentials) -> Catalog:
    database = PostgresDatabase(source.address, login, Side.SOURCE)
    try:
        return database.catalog()
    finally:
        database.close()


def asked(found: Catalog) -> CheckReport:
    route = Route(Engine.POSTGRES, found.version, *AURORA)
    return run(found, route, today=datetime.date(2026, 11, 27))


def untold(report: CheckReport) -> list[Finding]:
    return [finding for finding in report.findings if finding.code == "PG407"]


def close(source: Any, *relations: str) -> None:
    """As a hardened server has it: these are open to nobody but the superuser. Catalogs are each database's own."""
    source.run(*(f"REVOKE SELECT ON {name} FROM PUBLIC" for name in relations), superuser=True)


@contextmanager
def granted(source: Any, *grants: str) -> Iterator[None]:
    source.run(*grants, superuser=True)
    yield
    source.run(*(one.replace("GRANT", "REVOKE").replace(" TO ", " FROM ") for one in grants), superuser=True)


def test_a_plain_login_is_told_what_it_does_not_see_and_how_to_see_it(source: Any) -> None:
    source.run("CREATE SCHEMA app", "CREATE TABLE app.t (id serial PRIMARY KEY)")
    role = source.role()
    report = asked(catalog(source, role))
    told = {finding.message.partition(" (")[0]: finding for finding in untold(report)}
    assert {words.removeprefix("does not tell this login "): f.remedy.sql for words, f in told.items()} == {
        "preloaded libraries": f'GRANT pg_read_all_settings TO "{role.user}";',
        "settings of configuration files": f'GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO "{role.user}";',
        "open transactions": f'GRANT pg_read_all_stats TO "{role.user}";',
        "positions of 1 sequences": f'GRANT SELECT ON ALL SEQUENCES IN SCHEMA "app" TO "{role.user}";',
    }
    assert "no answer from PG313" in told["does not tell this login open transactions"].message
    assert {"PG313", "PG604", "PG704"} <= {one.code for one in report.not_applicable}
    with granted(source, f'GRANT USAGE ON SCHEMA app TO "{role.user}";', *grants(report)):
        assert untold(asked(catalog(source, role))) == []


def test_closed_catalogs_are_unknown_and_no_stage_passes(source: Any) -> None:
    role = source.role()
    source.run(f"GRANT pg_monitor TO {role.user}", superuser=True)
    close(source, *CLOSED)
    found = catalog(source, role)
    report = asked(found)
    assert report.crashed == ()
    for name in CLOSED:
        assert [f for f in untold(report) if f"(no SELECT on {name})" in f.message], name
    assert all(finding.severity is Severity.WARNING for finding in untold(report) if "files" not in finding.message)
    stages = build(found, Route(Engine.POSTGRES, found.version, *AURORA), report).readiness
    assert {stage.readiness for stage in stages} <= {Readiness.READY_WITH_WORK, Readiness.BLOCKED}
    with granted(source, *grants(report)):
        # What one closed relation hid is told now, and its grant is the last one.
        rest = asked(catalog(source, role))
        with granted(source, *grants(rest)):
            assert untold(asked(catalog(source, role))) == []


def grants(report: CheckReport) -> list[str]:
    return [finding.remedy.sql for finding in untold(report) if finding.remedy.sql]
