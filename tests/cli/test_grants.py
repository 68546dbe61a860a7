"""The grants script, run by an administrator on real servers: the login that it makes may do what the toolkit does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg import sql

from checks.route import Engine
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.wiring.grants import grants

ODD = 'mig\' "x" $grants0$'


@pytest.mark.server
def test_on_postgresql_it_runs_twice_and_its_login_may_make_logins_slots_and_silence(
    postgres_server: PostgresServer, fresh_database: Callable[[PostgresServer], str]
) -> None:
    name = fresh_database(postgres_server)
    lines = "\n".join(grants(Engine.POSTGRES, ODD, host="%", version="17", managed=False))
    with postgres_server.connect(dbname=name) as admin:
        for role in ("shop_owner", "made_by_grants"):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
        admin.execute("CREATE ROLE shop_owner")
        admin.execute("CREATE TABLE of_another (id int)")
        admin.execute("ALTER TABLE of_another OWNER TO shop_owner")
        try:
            admin.execute(lines)
            admin.execute(lines)
            admin.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(ODD)))
            admin.execute("CREATE ROLE made_by_grants")
            admin.execute("ALTER TABLE of_another DISABLE TRIGGER USER")
            admin.execute(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
            admin.execute("SELECT pg_create_logical_replication_slot('of_grants', 'test_decoding')")
            admin.execute("SELECT pg_drop_replication_slot('of_grants')")
            admin.execute("SET session_replication_role = replica")
            admin.execute("SELECT pg_terminate_backend(0)")
        finally:
            admin.execute("RESET SESSION AUTHORIZATION")
            admin.execute("DROP TABLE of_another")
            admin.execute("DROP ROLE IF EXISTS made_by_grants, shop_owner")
            mig = sql.Identifier(ODD)
            admin.execute(sql.SQL("DROP OWNED BY {}").format(mig))
            admin.execute(sql.SQL("DROP ROLE {}").format(mig))


def _on_mysql(server: MySqlServer, engine: Engine, version: str) -> None:
    user = "mig'x"
    lines = [line for line in grants(engine, user, host="%", version=version, managed=False) if line[:2] != "--"]
    with server.connect() as connection, connection.cursor() as cursor:
        try:
            for line in lines * 2:
                cursor.execute(line.replace("%", "%%"), [])
            cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY 'only for a test' ACCOUNT UNLOCK", [user])
            cursor.execute("SHOW GRANTS FOR %s@'%%'", [user])
            told = " ".join(str(row[0]) for row in cursor.fetchall())
            assert "REPLICATION SLAVE" in told
            assert "WITH GRANT OPTION" in told
            assert ("CONNECTION_ADMIN" in told) or ("CONNECTION ADMIN" in told)
        finally:
            cursor.execute("DROP USER IF EXISTS %s@'%%'", [user])


@pytest.mark.server
def test_on_mysql_it_runs_twice(mysql_server: MySqlServer) -> None:
    with mysql_server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        version = str(cursor.fetchone()[0])
    _on_mysql(mysql_server, Engine.MYSQL, version)


@pytest.mark.server
def test_on_mariadb_it_runs_twice(mariadb_server: MySqlServer) -> None:
    _on_mysql(mariadb_server, Engine.MARIADB, "11.4")


def test_what_rds_keeps_to_itself_is_not_asked_for_and_versions_differ() -> None:
    on_rds = " ".join(grants(Engine.MYSQL, "mig", host="%", version="8.0", managed=True))
    assert "CONNECTION_ADMIN" not in on_rds
    for version in ("8", "8.0", "8.0.40"):
        assert "SET_USER_ID" in " ".join(grants(Engine.MYSQL, "mig", host="%", version=version, managed=False))
    assert "SET_ANY_DEFINER" in " ".join(grants(Engine.MYSQL, "mig", host="%", version="8.4", managed=False))
    assert "GRANT rds_superuser TO" in " ".join(grants(Engine.POSTGRES, "mig", host="%", version="16.4", managed=True))
    assert "ON PARAMETER" not in " ".join(grants(Engine.POSTGRES, "mig", host="%", version="14", managed=False))
    with pytest.raises(ValueError, match="invalid literal"):
        grants(Engine.MYSQL, "mig", host="%", version="new", managed=False)


CONFIGURED = """
[migration]
name = "orders"
[source]
engine = "{engine}"
host = "db.example.com"
port = 5432
database = "orders"
user = "mig_source"
[target]
engine = "{target}"
version = "{version}"
stack = "orders-aurora"
database = "orders"
master_username = "mig_target"
[aws]
region = "eu-central-1"
[application]
secret = "orders/app"
"""


@pytest.mark.parametrize(
    ("engine", "target", "version", "said"),
    [
        ("postgres", "aurora-postgresql", "17.5", 'GRANT rds_superuser TO "mig_target";'),
        ("mariadb", "aurora-mysql", "3.08.0", "TO 'mig_target'@'%' WITH GRANT OPTION;"),
    ],
)
def test_a_login_beside_the_clusters_master_is_let_in_by_the_targets_own_words(
    engine: str, target: str, version: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "migration.toml").write_text(CONFIGURED.format(engine=engine, target=target, version=version))
    command = [sys.executable, "-m", "migrate", "grants"]
    ran = {
        side: subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for side, words in (("source", ()), ("target", ("--target",)))
    }
    assert said in ran["target"]
    assert ran["target"].startswith("-- On the target, run by the cluster's master.")
    assert "mig_source" not in ran["target"]
    assert "mig_target" not in ran["source"]
    assert not [word for word in ("CONNECTION_ADMIN", "MariaDB", " REPLICATION;") if word in ran["target"]]
