"""Statements of applications as pg_stat_statements counts them, told with what keeps some of them from the toolkit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from checks.route import Route, TargetEngine, Version
from checks.rules.postgres.pg525_statement_that_aurora_lacks import StatementThatAuroraLacks
from migrate.engines.postgres.database import PostgresDatabase
from migrate.model.database import Side
from migrate.sandbox.servers.postgres import PostgresServer
from tests.conftest import MASTER
from tests.engines_postgres.conftest import PostgresSide

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("counting postgres")]


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server with the library preloaded, as RDS has it."""
    settings = {"shared_preload_libraries": "pg_stat_statements", "compute_query_id": "on"}
    with PostgresServer(tmp_path_factory.mktemp("counting"), settings=settings) as server:
        server.create_master(MASTER, "only for tests")
        yield server


def side(server: PostgresServer) -> PostgresSide:
    return PostgresSide(server, "postgres", Side.SOURCE)


def test_without_the_extension_nothing_is_known(postgres_server: PostgresServer) -> None:
    here = side(postgres_server)
    told = here.database.measures.statements(["public"], 100)
    assert told.seen is None
    assert "pg_stat_statements is not in this database" in told.unknown
    here.run("CREATE EXTENSION pg_stat_statements", superuser=True)
    try:
        told = here.database.measures.statements(["public"], 100)
        assert told.seen is None
        assert "shared_preload_libraries" in told.unknown
    finally:
        here.run("DROP EXTENSION pg_stat_statements", superuser=True)
        here.database.close()


def test_what_an_application_runs_is_found_by_its_kind_and_never_by_its_text(counting: PostgresServer) -> None:
    here = side(counting)
    here.run("CREATE SCHEMA watch", "CREATE EXTENSION pg_stat_statements SCHEMA watch", superuser=True)
    application = here.role("LOGIN CREATEROLE")
    here.run(f"GRANT CREATE ON SCHEMA public TO {application.user}", superuser=True)
    secret = "hunter2 in plain"
    with here.login(application) as session:
        session.execute("CREATE TABLE cart (id int PRIMARY KEY, note text DEFAULT 'TRUNCATE')")
        for _ in range(3):
            session.execute("TRUNCATE cart")
        session.execute("SELECT count(*) FROM cart WHERE note = 'pg_read_file(1)'")
        session.execute("SELECT lo_unlink(lo_create(0))")
        session.execute("SELECT pg_sleep(0.05) AS slept")
        session.execute(f"CREATE ROLE unlucky PASSWORD '{secret}'")
        session.execute("DROP ROLE unlucky")

    barred = here.database.measures.statements(["public"], 100)
    assert barred.seen is None
    assert "USAGE on schema watch" in barred.unknown
    here.run(f"GRANT USAGE ON SCHEMA watch TO {here.master.user}", superuser=True)
    lesser = here.role()
    here.run(f"GRANT USAGE ON SCHEMA watch TO {lesser.user}", superuser=True)
    closed = PostgresDatabase(here.address, lesser, Side.SOURCE)
    hidden = closed.measures.statements(["public"], 100)
    closed.close()
    assert hidden.seen is None
    assert "pg_read_all_stats" in hidden.unknown

    told = here.database.measures.statements(["public"], 100)
    assert told.unknown == ""
    assert told.seen
    (slept,) = [one.seconds for one in told.seen if "AS slept" in one.text]
    assert slept >= 0.05
    catalog = replace(here.database.catalog(), statements=told.seen)
    route = Route(catalog.engine, catalog.version, TargetEngine.AURORA_POSTGRESQL, Version((17, 4)))
    found = {finding.object.name: finding for finding in StatementThatAuroraLacks().find(catalog, route)}
    assert {"truncate", "large-objects", "ddl-at-run-time"} <= set(found)
    assert "server-files" not in found, "a literal is no call"
    assert "run 3 times" in found["truncate"].message
    assert "lo_create, lo_unlink" in found["large-objects"].message
    assert not any("unlucky" in finding.message or secret in finding.message for finding in found.values())
    assert secret not in repr(told)
    here.database.close()


def test_the_toolkits_own_statements_are_left_out(counting: PostgresServer) -> None:
    here = side(counting)
    here.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", superuser=True)
    here.run("SELECT 'of the toolkit' AS mine_alone")
    told = here.database.measures.statements(["public"], 5_000)
    assert told.seen
    assert not any("mine_alone" in one.text for one in told.seen)
    here.database.close()
