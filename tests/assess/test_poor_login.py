"""Assessing as somebody who may see little: what is unknown is said, with its grant, and nothing passes for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from tests.assess.conftest import Ran

pytestmark = pytest.mark.server

PASSWORD = "poor but honest"
SETTINGS = """
[migration]
name = "poor"
[source]
engine = "{server.engine}"
host = "{server.host}"
port = {server.port}
database = "{database}"
user = "poor"
ca_file = "{server.ca_file}"
{schemas}
[target]
engine = "{target}"
version = "{version}"
stack = "poor-aurora"
database = "{database}"
[aws]
region = "eu-central-1"
[application]
secret = "poor/app"
"""
Run = Callable[..., Ran]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The words that name a migration.toml for this server, database and target."""
    monkeypatch.setenv("AURORA_MIGRATE_SOURCE_PASSWORD", PASSWORD)
    monkeypatch.chdir(tmp_path)

    def written(server: Any, database: str, target: str, version: str, schemas: str = "") -> list[str]:
        path = tmp_path / "migration.toml"
        path.write_text(
            SETTINGS.format(server=server, database=database, target=target, version=version, schemas=schemas)
        )
        return ["-c", str(path)]

    return written


def test_postgres(
    run: Run, config: Callable[..., list[str]], postgres_server: PostgresServer, fresh_database: Callable[..., str]
) -> None:
    server, name = postgres_server, fresh_database(postgres_server)
    with server.connect(name) as admin:
        admin.execute(f"CREATE ROLE poor LOGIN REPLICATION PASSWORD '{PASSWORD}'")
        admin.execute("CREATE TABLE t (id int PRIMARY KEY)")
        admin.execute("REVOKE SELECT ON pg_trigger FROM PUBLIC")
    words = config(server, name, "aurora-postgresql", "17.5")
    try:
        told = run("assess", *words, "--fix")
        report = run("assess", *words, "--format", "json").json
        absent = run("assess", *config(server, name, "aurora-postgresql", "17.5", 'schemas = ["publik"]'))
    finally:
        with server.connect(name) as admin:
            admin.execute("DROP OWNED BY poor")
            admin.execute("DROP ROLE poor")
    text = " ".join(told.out.split())
    assert told.code == 0
    assert "Nothing blocks." in text
    assert "3 things could not be seen, and may hide more." in text
    assert "open transactions (no pg_read_all_stats): no answer from PG313" in text
    assert 'GRANT pg_read_all_stats TO "poor";' in text
    assert 'GRANT SELECT ON pg_trigger TO "poor";' in text
    stages = report["readiness"]
    assert {stage["readiness"] for stage in stages.values()} == {"ready with work"}
    assert any("pg_trigger" in reason for reason in stages["provision"]["reasons"])
    assert "PG313" in {one["code"] for one in report["rules"]["not_applicable"]}
    assert absent.code == 2
    assert "CFG-084 source.schemas of migration.toml names publik" in absent.err


@pytest.mark.parametrize("flavor", ["mysql", "mariadb"])
def test_mysql(
    request: pytest.FixtureRequest,
    run: Run,
    config: Callable[..., list[str]],
    fresh_mysql_database: Callable[..., str],
    flavor: str,
) -> None:
    server: MySqlServer = request.getfixturevalue(f"{flavor}_server")
    name = fresh_mysql_database(server)
    server.execute(
        f"CREATE TABLE `{name}`.seen (id int PRIMARY KEY)",
        f"CREATE TABLE `{name}`.unseen (id int PRIMARY KEY)",
        f"CREATE TRIGGER `{name}`.silent BEFORE INSERT ON `{name}`.seen FOR EACH ROW SET @a = 1",
        f"CREATE USER poor IDENTIFIED BY '{PASSWORD}'",
        f"GRANT SELECT ON `{name}`.seen TO poor",
    )
    words = config(server, name, "aurora-mysql", "3.10")
    try:
        before = run("assess", *words, "--format", "json").json
        grants = [f["remedy"]["sql"] for f in before["findings"] if f["code"] == "MY406" and f["remedy"]["sql"]]
        server.execute(*(one.rstrip(";") for one in grants))
        after = run("assess", *words, "--format", "json").json
    finally:
        server.execute("DROP USER poor")
    untold = [f["message"] for f in before["findings"] if f["code"] == "MY406"]
    for kind in ("tables", "triggers", "routines", "events"):
        assert [one for one in untold if one.startswith(f"does not tell {kind} of {name} on which")], kind
    assert {stage["readiness"] for stage in before["readiness"].values()} <= {"ready with work", "blocked"}
    assert (before["catalog"]["tables"], before["catalog"]["triggers"]) == (1, 0)
    assert (after["catalog"]["tables"], after["catalog"]["triggers"]) == (2, 1)
    left = [f for f in after["findings"] if f["code"] == "MY406" and f["severity"] == "warning"]
    assert left == []
