"""MySQL and MariaDB set otherwise than a migration needs: told before anything is copied, at the latest by a gate."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql
import pytest

from migrate.sandbox import client
from migrate.sandbox.servers.mysql import MySqlServer
from tests.scenarios.complaint import told_people, told_programs
from tests.scenarios.settings import edited, variant
from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("mysql-bad-input")]

PASSWORD = "AURORA_MIGRATE_SOURCE_PASSWORD"
DATABASE = "bad_shop"
POOR, POOR_PASSWORD = "poor_toolkit", "nobody's guess"
STRICT = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO"
WAIVER = """
[[waivers]]
code = "{}"
owner = "somebody"
reason = "told, and let pass for the sake of what comes after it"
expires = 2099-12-31
"""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A migration of the shop, initialised; the source purges every file of its log but the last one."""
    folder = tmp_path_factory.mktemp("staged")
    yield from stage(folder, sample="mysql/shop", scale=0.01, source_settings={"binlog_expire_logs_seconds": "1"})


def other(staged: Staged, folder: Path, server: MySqlServer) -> Iterator[Staged]:
    """The same sandbox with a source of which the test is the administrator; its user is the master."""
    server.create_database(DATABASE, server.master_user)
    server.execute(
        f"CREATE TABLE {DATABASE}.item (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(40))",
        f"INSERT INTO {DATABASE}.item (name) VALUES ('one'), ('two')",
        "UPDATE mysql.rds_configuration SET value = 72",
        f"CREATE USER {POOR}@'%' IDENTIFIED BY \"{POOR_PASSWORD}\"",
        f"GRANT SELECT ON {DATABASE}.* TO {POOR}@'%'",
    )
    source = client.Source(
        name="other",
        host=server.host,
        port=server.port,
        database=DATABASE,
        ca_file=server.ca_file,
        master_user=server.master_user,
        master_password=server.master_password,
        owner=server.master_user,
        owner_password=None,
        role_passwords={POOR: POOR_PASSWORD},
    )
    here = replace(
        staged, home=folder, source=source, environment={**staged.environment, PASSWORD: server.master_password}
    )
    here.must(*init(here, url(server.engine, source)))
    try:
        yield here
    finally:
        server.execute(f"DROP USER {POOR}@'%'", "UPDATE mysql.rds_configuration SET value = NULL")
        server.drop_database(DATABASE)


@pytest.fixture(scope="module")
def mysql(staged: Staged, mysql_server: MySqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    yield from other(staged, tmp_path_factory.mktemp("mysql"), mysql_server)


@pytest.fixture(scope="module")
def mariadb(staged: Staged, mariadb_server: MySqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    yield from other(staged, tmp_path_factory.mktemp("mariadb"), mariadb_server)


def url(scheme: str, source: client.Source, database: str = DATABASE) -> str:
    where = f"{source.host}:{source.port}/{database}?sslmode=verify-full&sslrootcert={source.ca_file}"
    return f"{scheme}://{source.master_user}@{where}"


def init(staged: Staged, address: str, config: str = "migration.toml") -> Sequence[str]:
    sandbox = ("--endpoint-url", staged.sandbox.endpoint_url, "--application-secret", staged.secret_id, "-c", config)
    ca_file = ("--name", staged.sample.name, "--target-ca-file", str(staged.sandbox.home / "ca-bundle.pem"))
    return "init", "--source", address, *sandbox, *ca_file


def findings(staged: Staged, *arguments: str) -> list[Any]:
    """What `assess` finds; it goes on to the end whatever it finds."""
    assessed = staged.run("assess", "--format", "json", *arguments)
    assert assessed.code in (0, 3), assessed.err
    return list(assessed.json["findings"])


@contextlib.contextmanager
def setting(server: MySqlServer, name: str, value: str) -> Iterator[None]:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT @@GLOBAL.{name}")
        ((before,),) = cursor.fetchall()
        cursor.execute(f"SET GLOBAL {name} = {value}")
        try:
            yield
        finally:
            cursor.execute(f"SET GLOBAL {name} = %s", [before])


# --- how a server logs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "name", "value", "code", "cure", "planned"),
    [
        ("mysql", "binlog_format", "'STATEMENT'", "MY303", "SET GLOBAL binlog_format = 'ROW';", "statements-in-log"),
        ("mariadb", "binlog_format", "'MIXED'", "MY303", "SET GLOBAL binlog_format = 'ROW';", "statements-in-log"),
        (
            "mysql",
            "binlog_row_image",
            "'MINIMAL'",
            "MY304",
            "SET GLOBAL binlog_row_image = 'FULL';",
            "minimal-row-image",
        ),
        ("mysql", "server_id", "0", "MY308", "SET GLOBAL server_id = 1;", ""),
    ],
)
def test_a_log_that_changes_cannot_be_read_from_is_a_blocker(
    request: pytest.FixtureRequest, engine: str, name: str, value: str, code: str, cure: str, planned: str
) -> None:
    staged: Staged = request.getfixturevalue(engine)
    with setting(request.getfixturevalue(f"{engine}_server"), name, value):
        found = [f for f in findings(staged) if f["object"]["name"] == name]
        plan = staged.run("replicate", "plan", "--format", "json")
    refusals = [(one["code"], one["text"].partition(":")[0]) for one in plan.json["refusals"]]
    told = [(planned, f"{name} is {value.strip(chr(39))}")] if planned else []
    assert (plan.code, refusals) == (3 if told else 0, told), plan.err
    assert [(f["code"], f["severity"], f["remedy"]["sql"]) for f in found] == [(code, "blocker", cure)]
    assert value.strip("'") in found[0]["message"]


def test_a_source_outside_of_utc_is_not_loaded_until_its_zone_is_named(
    mysql: Staged, mysql_server: MySqlServer, tmp_path: Path
) -> None:
    with setting(mysql_server, "time_zone", "'+02:00'"):
        refused = mysql.run("replicate", "plan", "--format", "json")
        named = variant(mysql, tmp_path, source__time_zone='"+02:00"')
        told = mysql.run("replicate", "plan", "-c", named, "--format", "json")
    assert ([one["code"] for one in refused.json["refusals"]], refused.code) == (["another-time-zone"], 3)
    assert "[source] time_zone" in refused.json["refusals"][0]["remedy"]
    assert (told.json["refusals"], told.code) == ([], 0)


def test_a_log_that_is_kept_too_short_is_a_blocker(mysql: Staged, mysql_server: MySqlServer) -> None:
    """On RDS and Aurora by a setting of theirs, whatever the server's own says; elsewhere by that."""
    retention, expiry = "binlog retention hours", "binlog_expire_logs_seconds"
    mysql_server.execute("UPDATE mysql.rds_configuration SET value = 2")
    try:
        managed = [f for f in findings(mysql) if f["code"] == "MY305"]
    finally:
        mysql_server.execute("UPDATE mysql.rds_configuration SET value = 72")
    with self_managed(mysql_server), setting(mysql_server, expiry, "7200"):
        own = [f for f in findings(mysql) if f["code"] == "MY305"]
    assert [(f["object"]["name"], f["severity"]) for f in (*managed, *own)] == [
        (retention, "blocker"),
        (expiry, "blocker"),
    ]
    assert managed[0]["remedy"]["sql"] == "CALL mysql.rds_set_configuration('binlog retention hours', 72);"
    assert own[0]["remedy"]["sql"] == "SET GLOBAL binlog_expire_logs_seconds = 259200;"


@contextlib.contextmanager
def self_managed(server: MySqlServer) -> Iterator[None]:
    server.execute("RENAME TABLE mysql.rds_configuration TO mysql.not_rds_configuration")
    try:
        yield
    finally:
        server.execute("RENAME TABLE mysql.not_rds_configuration TO mysql.rds_configuration")


NARROW = {"lower_case_table_names": "1", "max_allowed_packet": str(128 << 20)}


def strange(staged: Staged, folder: Path, name: str, settings: dict[str, str]) -> Staged:
    """A source of its own, set in its own way."""
    file = folder / "schema.sql"
    file.write_text("CREATE TABLE item (id int PRIMARY KEY, body longblob);")
    source = client.create_source(
        staged.sandbox.control_url,
        engine="mysql",
        name=name,
        database=DATABASE,
        owner="odd_owner",
        master_user="mig_admin",
        sql_files=[file],
        settings=settings,
    )
    here = replace(
        staged,
        home=file.parent,
        source=source,
        environment={**staged.environment, PASSWORD: source.master_password},
    )
    here.must(*init(here, url("mysql", source)))
    return here


@pytest.fixture(scope="module")
def odd(staged: Staged, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """No log, names without their case, longer rows than the target takes."""
    return strange(staged, tmp_path_factory.mktemp("odd"), "odd", {"log_bin": "OFF", **NARROW})


@pytest.fixture(scope="module")
def narrow(staged: Staged, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """As `odd`, with a log."""
    return strange(staged, tmp_path_factory.mktemp("narrow"), "narrow", NARROW)


def test_a_server_without_a_log_is_a_blocker(odd: Staged) -> None:
    found = {(f["code"], f["object"]["name"]): f["severity"] for f in findings(odd)}
    assert found["MY302", "log_bin"] == "blocker"
    assert found["MY701", "lower_case_table_names"] == "warning"
    complaint = told_people(odd, odd.run("replicate", "start"))
    assert (complaint.exit, complaint.code) == (3, "REP-004")
    assert {kind for _, kind, _ in odd.journal()} == {"evidence"}, "something was begun"


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_a_server_that_is_not_the_writer_is_told(request: pytest.FixtureRequest, engine: str) -> None:
    server: MySqlServer = request.getfixturevalue(f"{engine}_server")
    with setting(server, "read_only", "1"):
        found = [f for f in findings(request.getfixturevalue(engine)) if f["code"] == "MY311"]
    assert [(f["object"]["name"], f["severity"]) for f in found] == [("read_only", "warning")]


def test_a_replica_is_told(mysql: Staged, mysql_server: MySqlServer) -> None:
    mysql_server.execute("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1")
    try:
        found = [f for f in findings(mysql) if f["code"] == "MY311"]
    finally:
        mysql_server.execute("RESET REPLICA ALL")
    assert [(f["object"]["name"], f["remedy"]["text"]) for f in found] == [
        ("replica", "Name the primary as the source.")
    ]


# --- who logs in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_the_grants_that_are_told_are_those_that_are_missing(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    staged: Staged = request.getfixturevalue(engine)
    server: MySqlServer = request.getfixturevalue(f"{engine}_server")
    poor = replace(staged, environment={**staged.environment, PASSWORD: POOR_PASSWORD})
    config = variant(staged, tmp_path, source__user=f'"{POOR}"')
    account = f"'{POOR}'@'%'"
    told = findings(poor, "-c", config)
    blockers = {f["code"]: f["remedy"]["sql"] for f in told if f["severity"] == "blocker"}
    assert blockers["MY405"] == f"GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO {account};"
    assert blockers["MY410"] == (
        f"GRANT CREATE USER, PROCESS ON *.* TO {account}; GRANT SELECT ON mysql.* TO {account};"
    )
    grants = [f["remedy"]["sql"] for f in told if f["code"] in ("MY405", "MY406", "MY410") and f["remedy"]["sql"]]
    server.execute(*(grant for line in grants for grant in line.rstrip(";").split("; ")))
    left = [f for f in findings(poor, "-c", config) if f["code"] in ("MY405", "MY406", "MY410")]
    assert [f["message"] for f in left if "sessions changed" not in f["message"]] == []


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_an_account_that_does_not_get_in(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    staged: Staged = request.getfixturevalue(engine)
    server: MySqlServer = request.getfixturevalue(f"{engine}_server")
    config = variant(staged, tmp_path, source__user=f'"{POOR}"')
    forgetful = replace(staged, environment={**staged.environment, PASSWORD: "not-the-password"})
    complaint = told_people(forgetful, forgetful.run("assess", "-c", config))
    assert (complaint.exit, complaint.code) == (6, "SRC-102")
    assert "not-the-password" not in str(complaint)
    server.execute(f"ALTER USER {POOR}@'%' ACCOUNT LOCK")
    try:
        poor = replace(staged, environment={**staged.environment, PASSWORD: POOR_PASSWORD})
        complaint = told_people(poor, poor.run("assess", "-c", config))
    finally:
        server.execute(f"ALTER USER {POOR}@'%' ACCOUNT UNLOCK")
    assert (complaint.exit, complaint.code) == (6, "SRC-102")
    assert "locked" in complaint.message.partition("(")[2].lower()


# --- what is named ----------------------------------------------------------------------------------------------------


def test_an_engine_that_the_server_is_not(mysql: Staged, mariadb: Staged, tmp_path: Path) -> None:
    for staged, scheme, says in (
        (mysql, "mariadb", "the server is mysql 9."),
        (mariadb, "mysql", "the server is mariadb 10."),
        (mysql, "postgresql", "no PostgreSQL server"),
    ):
        file = tmp_path / "migration.toml"
        complaint = told_people(staged, staged.run(*init(staged, url(scheme, staged.source), str(file))))
        assert (complaint.exit, complaint.code) == (6, "SRC-116")
        assert says in complaint.message
        assert not file.exists()
    complaint = told_people(mysql, mysql.run("assess", "-c", variant(mysql, tmp_path, source__engine='"mariadb"')))
    assert (complaint.exit, complaint.code) == (6, "SRC-116")
    assert 'engine = "mysql"' in complaint.hint


def test_a_database_that_is_not_there(mysql: Staged, tmp_path: Path) -> None:
    complaint = told_people(mysql, mysql.run("assess", "-c", variant(mysql, tmp_path, source__database='"no_shop"')))
    assert (complaint.exit, complaint.code) == (6, "SRC-104")
    assert "no_shop" in complaint.message


def test_a_server_that_another_authority_vouches_for(mysql: Staged, mariadb: Staged, tmp_path: Path) -> None:
    config = variant(mysql, tmp_path, source__ca_file=f'"{mariadb.source.ca_file}"')
    complaint = told_people(mysql, mysql.run("assess", "-c", config))
    assert (complaint.exit, complaint.code) == (6, "SRC-103")
    assert "certificate" in complaint.message


def test_a_host_beyond_loopback_without_tls(mysql: Staged, tmp_path: Path) -> None:
    address = "mysql://mig_admin@192.0.2.1/shop?sslmode=disable"
    complaint = told_people(mysql, mysql.run(*init(mysql, address, str(tmp_path / "migration.toml"))))
    assert (complaint.exit, complaint.code) == (6, "SRC-103")
    assert "verify-full" in complaint.hint


def test_an_aurora_version_that_does_not_exist(mysql: Staged, tmp_path: Path) -> None:
    found = findings(mysql, "-c", variant(mysql, tmp_path, target__version='"9.99.0"'))
    assert ("CK801", "blocker") in {(f["code"], f["severity"]) for f in found}


@pytest.mark.parametrize(
    ("head", "engine", "instead"),
    [
        ("-- MySQL dump 10.13  Distrib 8.0.39\n-- Server version\t8.0.39", "postgres", "mysql"),
        ("-- PostgreSQL database dump", "mysql", "postgres"),
        ("-- MySQL dump 10.13  Distrib 8.0.39\n-- Server version\t8.0.39", "mariadb", "mysql"),
        ("-- MariaDB dump 10.19\n-- Server version\t10.11.14-MariaDB", "mysql", "mariadb"),
    ],
)
def test_a_dump_of_another_engine(mysql: Staged, tmp_path: Path, head: str, engine: str, instead: str) -> None:
    file = tmp_path / "schema.sql"
    file.write_text(f"--\n{head}\n--\nCREATE TABLE t (id int PRIMARY KEY);\n")
    target = "aurora-postgresql:17.5" if engine == "postgres" else "aurora-mysql:3.08"
    complaint = told_people(mysql, mysql.run("assess", "--schema", str(file), "--engine", engine, "--target", target))
    assert (complaint.exit, complaint.code) == (2, "CFG-024")
    assert f"--engine {instead}" in complaint.hint


# --- replication ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provisioned(staged: Staged) -> Staged:
    """The source's sql_mode, which the target has otherwise, would refuse the shop's zero dates."""
    [mode] = [line for line in (staged.home / "migration.toml").read_text().splitlines() if line.startswith("sql_mode")]
    with edited(staged, mode, f'sql_mode = "{STRICT}"'):
        staged.must("assess")
        staged.must("provision", "apply")
    return staged


@pytest.fixture(scope="module")
def replicating(provisioned: Staged) -> Staged:
    source(provisioned, "INSERT INTO customers (id, email, full_name) VALUES (0, 'zero@example.com', 'Nobody')")
    provisioned.must("replicate", "start")
    provisioned.must("validate")
    return provisioned


def source(staged: Staged, *statements: str) -> None:
    """As an application with a mode of its own: zero dates, half dates and a key of 0 are what it writes."""
    _run(staged.origin(), "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'", *statements)


def _run(login: dict[str, Any], *statements: str) -> list[tuple[Any, ...]]:
    with (
        pymysql.connect(
            host=login["host"],
            port=login["port"],
            user=login["user"],
            password=login["password"],
            database=login["dbname"],
            ssl_ca=login["sslrootcert"],
            autocommit=True,
            conv={},
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def waived(staged: Staged, folder: Path, *codes: str) -> str:
    """migration.toml for this source and the target that stands: its rows are not wanted, its refusals are."""
    file = variant(staged, folder, target__database='"shop"')
    with Path(file).open("a") as more:
        more.writelines(WAIVER.format(code) for code in codes)
    return file


def begun(staged: Staged, provisioned: Staged) -> tuple[list[str], Any]:
    """Steps that were done, and the tasks of DMS."""
    done = [step for run, kind, step in staged.journal() if run.startswith("replicate") and kind == "done"]
    return done, provisioned.boto("dms").describe_replication_tasks()["ReplicationTasks"]


def test_a_source_without_a_log_is_refused_by_the_plan_whatever_was_waived(odd: Staged, tmp_path: Path) -> None:
    here = replace(odd, home=tmp_path)
    config = waived(odd, tmp_path, "MY302", "MY309")
    here.must("assess", "-c", config)
    complaint = told_people(here, here.run("replicate", "start", "-c", config))
    assert (complaint.exit, complaint.code) == (3, "REP-020")
    assert "the binary log is off" in complaint.message


def test_a_target_that_cannot_hold_the_source_is_refused(narrow: Staged, provisioned: Staged, tmp_path: Path) -> None:
    here = replace(narrow, home=tmp_path)
    config = waived(narrow, tmp_path, "MY302", "MY309")
    here.must("assess", "-c", config)
    complaint = told_people(here, here.run("replicate", "start", "-c", config))
    assert (complaint.exit, complaint.code) == (3, "REP-006")
    assert "lower_case_table_names is 1 on the source and 0 on the target" in complaint.message
    assert f"max_allowed_packet is {128 << 20} on the source" in complaint.message
    assert begun(here, provisioned) == (["logs/keep"], [])


def test_a_log_that_is_kept_for_less_than_the_way_back_takes_is_refused(
    mysql: Staged, mysql_server: MySqlServer, provisioned: Staged, tmp_path: Path
) -> None:
    here = replace(mysql, home=tmp_path)
    config = waived(mysql, tmp_path, "MY309")
    with self_managed(mysql_server), setting(mysql_server, "binlog_expire_logs_seconds", str(30 * 3600)):
        here.must("assess", "-c", config)
        complaint = told_programs(here, here.run("replicate", "start", "-c", config, "--format", "json"))
    assert (complaint.exit, complaint.code) == (6, "SRC-133")
    assert "not kept for 48 hours" in complaint.message
    assert "binlog_expire_logs_seconds" in complaint.hint
    assert begun(here, provisioned) == ([], [])


def test_a_source_that_takes_no_writes_is_refused(
    mariadb: Staged, mariadb_server: MySqlServer, provisioned: Staged, tmp_path: Path
) -> None:
    here = replace(mariadb, home=tmp_path)
    config = waived(mariadb, tmp_path, "MY309")
    here.must("assess", "-c", config)
    with setting(mariadb_server, "read_only", "1"):
        complaint = told_people(here, here.run("replicate", "start", "-c", config))
    assert (complaint.exit, complaint.code) == (6, "SRC-115")
    assert "writer's endpoint" in complaint.hint
    done, tasks = begun(here, provisioned)
    assert ("markers/prepare" in done, tasks) == (False, [])


def test_values_that_the_target_s_own_mode_refuses_arrive_unchanged(replicating: Staged) -> None:
    source(
        replicating,
        "INSERT INTO coupons VALUES ('zero', 1, 0, '0000-00-00', '0000-00-00')",
        "INSERT INTO coupons VALUES ('half', 1, 0, '2024-00-00', '0000-00-00')",
        "INSERT INTO categories (id, name) VALUES (0, 'nothing')",
    )
    replicating.must("validate")
    assert _run(replicating.target(), "SELECT @@GLOBAL.sql_mode LIKE '%NO_ZERO_DATE%'") == [("1",)]
    assert _run(replicating.target(), "SELECT valid_from FROM coupons WHERE code IN ('zero', 'half') ORDER BY 1") == [
        ("0000-00-00",),
        ("2024-00-00",),
    ]
    for table in ("customers", "categories"):
        assert _run(replicating.target(), f"SELECT id FROM {table} WHERE id = 0") == [("0",)]


def test_a_schema_that_changes_under_way_closes_the_gates(replicating: Staged) -> None:
    """A column that the target lacks, a table that was emptied, one that is gone: none is lost without a word."""
    source(
        replicating,
        "ALTER TABLE addresses ADD COLUMN floor varchar(20) NOT NULL DEFAULT 'ground'",
        "UPDATE addresses SET floor = 'third' LIMIT 1",
        "TRUNCATE TABLE event_log",
    )
    replicating.must("cutover", "approve", "--by", "somebody")
    complaint = told_people(replicating, replicating.run("cutover", "run"))
    assert (complaint.exit, complaint.code) == (3, "CUT-020")
    assert "gate schema-alike is closed: column shop.addresses.floor: only on the source" in complaint.message
    assert "gate catalog-unchanged is closed: table shop.addresses: changed" in complaint.message
    assert "DMS131" not in complaint.message, "a table that was emptied is no value that was cut"
    assert replicating.status()["owner"] == "source"
    source(replicating, "DROP TABLE legacy_sessions")
    compared = replicating.run("validate", "--format", "json")
    assert compared.code == 3, compared.err
    verdicts = {table["table"]: table["verdict"] for table in compared.json["tables"]}
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "match"} == {
        "shop.addresses": "unknown",
        "shop.event_log": "differs",
        "shop.legacy_sessions": "unknown",
    }


def test_a_task_whose_log_was_purged_says_that_nothing_brings_it_back(replicating: Staged) -> None:
    replicating.must("replicate", "stop")
    unseen = "INSERT INTO event_log (event_id, kind, subject) VALUES (REPEAT('x', 16), 'late', 'never read')"
    source(replicating, unseen, "FLUSH BINARY LOGS", "DO SLEEP(2.1)")
    source(replicating, "FLUSH BINARY LOGS")
    for _ in range(2):
        complaint = told_programs(replicating, replicating.run("replicate", "resume", "--format", "json"))
        assert (complaint.exit, complaint.code) == (8, "AWS-LOG-GONE")
        assert "purged" in complaint.message
        assert "load anew" in complaint.hint
    shown = replicating.run("replicate", "status", "--format", "json")
    assert shown.code == 3, shown.err
    assert "Could not find first log file" in shown.json["tasks"][0]["last_failure"]
    assert "DMS102" in {finding["code"] for finding in shown.json["findings"]}
    compared = replicating.run("validate", "--format", "json")
    assert compared.code == 3
    whys = {table["table"]: table["reason"] for table in compared.json["tables"]}
    assert "is failed: no marker can arrive" in whys["shop.event_log"]
