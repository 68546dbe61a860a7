"""MySQL rules by circumstance: how bad a finding is, where it begins, and what must not be taken for one."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from checks.aurora_mysql import collation_support, community_version, dms_versions
from checks.ddl.read import read_text
from checks.facts import (
    Account,
    Catalog,
    Column,
    Constraint,
    ConstraintKind,
    Origin,
    Sequence,
    Table,
    TableName,
    View,
)
from checks.finding import Finding, Severity
from checks.mysql_code import spoken
from checks.mysql_names import quoted_account
from checks.mysql_spelling import spelled_collation, spelled_expression, spelled_now, spelled_type
from checks.registry import catalogue
from checks.route import Engine, Route, TargetEngine, Version
from checks.server_facts import FOREVER, BinaryLog, ServerState

BLOCKER, WARNING, NOTICE = Severity.BLOCKER, Severity.WARNING, Severity.NOTICE


def found(code: str, source: str | Catalog, engine: Engine = Engine.MYSQL, target: str = "3.08") -> list[Finding]:
    catalog = read_text(source, engine) if isinstance(source, str) else source
    route = Route(catalog.engine, catalog.version, TargetEngine.AURORA_MYSQL, Version.parse(target))
    rule = catalogue()[code]
    return [] if rule.not_applicable(catalog, route, rule.methods[0]) else list(rule.find(catalog, route))


def severities(findings: list[Finding]) -> list[Severity]:
    return [finding.severity for finding in findings]


def live(engine: Engine = Engine.MYSQL, **facts: Any) -> Catalog:
    return Catalog(engine=engine, origin=Origin.LIVE, **facts)


@pytest.mark.parametrize(
    ("engine", "severity"),
    [
        ("InnoDB", []),
        ("MyISAM", [WARNING]),
        ("MEMORY", [WARNING]),
        ("ARCHIVE", [WARNING]),
        ("BLACKHOLE", [WARNING]),
        ("Aria", [WARNING]),
        ("FEDERATED", [BLOCKER]),
        ("ROCKSDB", [BLOCKER]),
    ],
)
def test_engines(engine: str, severity: list[Severity]) -> None:
    assert severities(found("MY101", f"CREATE TABLE t (id int PRIMARY KEY) ENGINE={engine};")) == severity


@pytest.mark.parametrize(
    ("columns", "severity", "sql"),
    [
        ("id int PRIMARY KEY", [], None),
        ("a int, b int", [WARNING], "ADD COLUMN row_id"),
        ("a int NOT NULL UNIQUE, b int", [NOTICE], "ADD PRIMARY KEY (`a`)"),
        ("a int UNIQUE, b int", [WARNING], "ADD COLUMN row_id"),
        ("a int, b longtext", [BLOCKER], "ADD COLUMN row_id"),
        ("a int, b text", [WARNING], "ADD COLUMN row_id"),
        ("a int NOT NULL AUTO_INCREMENT, KEY (a)", [WARNING], "ADD PRIMARY KEY (`a`)"),
        ("u varchar(300) NOT NULL, UNIQUE (u(10))", [WARNING], "ADD COLUMN row_id"),
    ],
)
def test_tables_without_key(columns: str, severity: list[Severity], sql: str | None) -> None:
    findings = found("MY301", f"CREATE TABLE t ({columns});")
    assert severities(findings) == severity
    if sql is not None:
        assert sql in (findings[0].remedy.sql or "")


def test_a_partitioned_table_without_key_gets_no_ready_sql() -> None:
    (finding,) = found("MY301", "CREATE TABLE t (a int) PARTITION BY HASH (a) PARTITIONS 2;")
    assert finding.remedy.sql is None


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("ON DELETE CASCADE", "ON DELETE CASCADE"),
        ("ON DELETE SET NULL ON UPDATE CASCADE", "ON DELETE SET NULL and ON UPDATE CASCADE"),
        ("ON DELETE RESTRICT", None),
        ("ON DELETE NO ACTION", None),
        ("", None),
    ],
)
def test_cascades(action: str, words: str | None) -> None:
    findings = found(
        "MY110",
        "CREATE TABLE a (id int PRIMARY KEY);"
        f"CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id) {action});",
    )
    assert [words in finding.message for finding in findings if words] == ([True] if words else [])
    assert bool(findings) == bool(words)


@pytest.mark.parametrize(
    ("version", "native", "words"),
    [
        ("8.0.39", None, "does not tell"),
        ("9.7.4", "ON", "does not tell"),
        ("9.7.4", "OFF", "also logs"),
    ],
)
def test_a_cascade_that_the_server_logs_itself_is_told_apart(version: str, native: str | None, words: str) -> None:
    key = Constraint(
        name="fk",
        kind=ConstraintKind.FOREIGN_KEY,
        columns=("a",),
        references=TableName("shop", "a"),
        on_delete="cascade",
    )
    settings = {} if native is None else {"innodb_native_foreign_keys": native}
    table = Table(name=TableName("shop", "b"), constraints=(key,))
    (finding,) = found("MY110", live(version=Version.parse(version), settings=settings, tables=(table,)))
    assert words in finding.message


@pytest.mark.parametrize(
    ("type_", "default", "codes"),
    [
        ("date", "'0000-00-00'", ["MY204"]),
        ("datetime", "'0000-00-00 00:00:00'", ["MY204"]),
        ("datetime(3)", "'2020-00-10 00:00:00.000'", ["MY204"]),
        ("date", "'2020-10-00'", ["MY204"]),
        ("date", "'2000-01-01'", []),
        ("varchar(20)", "'0000-00-00'", []),
        ("timestamp", "current_timestamp", []),
    ],
)
def test_zero_dates(type_: str, default: str, codes: list[str]) -> None:
    column = Column(name="at", type=type_, default=default)
    table = Table(name=TableName("shop", "visit"), columns=(column,))
    assert [finding.code for finding in found("MY204", live(tables=(table,)))] == codes


@pytest.mark.parametrize(
    ("seconds", "kept_by", "severity"),
    [
        (0, "binlog retention hours", [BLOCKER]),
        (86399, "binlog_expire_logs_seconds", [BLOCKER]),
        (86400, "expire_logs_days", []),
        (FOREVER, "binlog_expire_logs_seconds", [NOTICE]),
        (None, None, []),
    ],
)
def test_retention(seconds: int | None, kept_by: str | None, severity: list[Severity]) -> None:
    log = BinaryLog(enabled=True, kept_seconds=seconds, kept_by=kept_by)
    findings = found("MY305", live(state=ServerState(binary_log=log)))
    assert severities(findings) == severity
    if kept_by == "binlog retention hours":
        assert (findings[0].remedy.sql or "").startswith("CALL mysql.rds_set_configuration")


@pytest.mark.parametrize(
    ("engine", "version", "severity"),
    [
        (Engine.MYSQL, "5.7.44", []),
        (Engine.MYSQL, "8.0.39", []),
        (Engine.MYSQL, "8.4.6", [NOTICE]),
        (Engine.MYSQL, "9.7.4", [BLOCKER]),
        (Engine.MYSQL, "26.7.0", [BLOCKER]),
        (Engine.MYSQL, "5.1.73", [BLOCKER]),
        (Engine.MARIADB, "10.0.23", [BLOCKER]),
        (Engine.MARIADB, "10.1.48", []),
        (Engine.MARIADB, "10.6.18", []),
        (Engine.MARIADB, "10.11.19", [BLOCKER]),
        (Engine.MARIADB, "11.4.4", []),
        (Engine.MARIADB, "11.4.6", [BLOCKER]),
    ],
)
def test_versions_that_dms_lists(engine: Engine, version: str, severity: list[Severity]) -> None:
    assert severities(found("MY309", live(engine, version=Version.parse(version)))) == severity


@pytest.mark.parametrize(
    ("target", "made_of"),
    [
        ("2", "5.7.12"),
        ("2.12.5", "5.7.12"),
        ("3", "8.0.23"),
        ("3.04", "8.0.28"),
        ("3.08", "8.0.39"),
        ("3.8", "8.0.39"),
        ("3.11.1", "8.0.42"),
        ("3.99", "8.0.44"),
        ("8.4.7", "8.4.7"),
    ],
)
def test_an_aurora_version_is_made_of_a_mysql_version(target: str, made_of: str) -> None:
    assert str(community_version(Version.parse(target))) == made_of


@pytest.mark.parametrize(
    ("collation", "on_2", "on_304", "on_308"),
    [
        ("utf8mb4_general_ci", True, True, True),
        ("utf8mb3_bin", True, True, True),
        ("latin1_swedish_ci", True, True, True),
        ("utf8mb4_0900_ai_ci", False, True, True),
        ("utf8mb4_de_pb_0900_as_cs", False, True, True),
        ("utf8mb4_bg_0900_ai_ci", False, False, True),
        ("utf8mb4_uca1400_ai_ci", False, False, False),
        ("utf8mb4_uca1400_swedish_nopad_as_cs", False, False, False),
        ("utf8mb4_general_nopad_ci", False, False, False),
        ("utf8mb3_croatian_mysql561_ci", False, False, False),
        ("nobody_knows_ci", False, False, False),
    ],
)
def test_collations_by_target(collation: str, on_2: bool, on_304: bool, on_308: bool) -> None:
    targets = [Version.parse(target) for target in ("2.12.5", "3.04.0", "3.08")]
    assert [collation_support(collation, target).there for target in targets] == [on_2, on_304, on_308]


def test_a_collation_of_mariadb_is_told_once_with_all_that_has_it() -> None:
    (finding,) = found(
        "MY202",
        "CREATE TABLE a (id int PRIMARY KEY, x varchar(9) COLLATE utf8mb4_uca1400_ai_ci);"
        "CREATE TABLE b (id int PRIMARY KEY, y varchar(9) COLLATE utf8mb4_uca1400_ai_ci);",
        Engine.MARIADB,
    )
    assert "a.x" in finding.message
    assert "b.y" in finding.message
    assert "utf8mb4_0900_ai_ci" in finding.remedy.text


def test_no_collation_of_mysql_is_absent_from_the_list() -> None:
    """The list was made of MySQL 9.7's own: 286 names, of which 63 are 0900's."""
    from checks.data import load

    names = load("aurora_mysql_collations")["classic"]["names"]
    assert (len(names), len(set(names))) == (223, 223)
    assert not any("0900" in name for name in names)


@pytest.mark.parametrize(
    ("privileges", "lacking"),
    [
        (("REPLICATION CLIENT", "REPLICATION SLAVE", "SELECT"), None),
        (("BINLOG MONITOR", "REPLICATION SLAVE"), None),
        (("ALL PRIVILEGES",), None),
        (("SELECT",), "GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO 'dms'@'10.%';"),
        (("REPLICATION CLIENT",), "GRANT REPLICATION SLAVE ON *.* TO 'dms'@'10.%';"),
        (None, None),
    ],
)
def test_the_grant_that_is_missing_is_spelled_out(privileges: tuple[str, ...] | None, lacking: str | None) -> None:
    findings = found("MY405", live(state=ServerState(user="dms@10.%", privileges=privileges)))
    assert [finding.remedy.sql for finding in findings] == ([lacking] if lacking else [])


@pytest.mark.parametrize(
    ("privileges", "accounts", "lacking"),
    [
        (("ALL PRIVILEGES",), (), None),
        (("CREATE USER", "PROCESS"), (), None),
        (("CREATE USER",), (), "GRANT PROCESS ON *.* TO 'dms'@'10.%';"),
        (("CREATE USER", "PROCESS"), None, "GRANT SELECT ON mysql.* TO 'dms'@'10.%';"),
        ((), None, "GRANT CREATE USER, PROCESS ON *.* TO 'dms'@'10.%'; GRANT SELECT ON mysql.* TO 'dms'@'10.%';"),
        (None, None, None),
    ],
)
def test_what_the_toolkit_needs_is_spelled_out(
    privileges: tuple[str, ...] | None, accounts: tuple[Account, ...] | None, lacking: str | None
) -> None:
    state = ServerState(user="dms@10.%", privileges=privileges)
    findings = found("MY410", live(state=state, accounts=accounts))
    assert [finding.remedy.sql for finding in findings] == ([lacking] if lacking else [])


@pytest.mark.parametrize(
    ("engine", "fact", "grant"),
    [
        (Engine.MYSQL, "open transactions (no PROCESS)", "PROCESS ON *.*"),
        (Engine.MYSQL, "accounts and definers (no SELECT on mysql.*)", "SELECT ON mysql.*"),
        (Engine.MYSQL, "a replica (no REPLICATION CLIENT, on MariaDB SLAVE MONITOR)", "REPLICATION CLIENT ON *.*"),
        (Engine.MARIADB, "a replica (no REPLICATION CLIENT, on MariaDB SLAVE MONITOR)", "SLAVE MONITOR ON *.*"),
        (Engine.MARIADB, "settings (performance_schema is off, closed, or MariaDB's)", None),
    ],
)
def test_what_would_show_a_hidden_fact_is_spelled_out(engine: Engine, fact: str, grant: str | None) -> None:
    catalog = live(engine=engine, unknown=(fact,), state=ServerState(user="dms@10.%"))
    (finding,) = found("MY406", catalog)
    assert finding.remedy.sql == (f"GRANT {grant} TO 'dms'@'10.%';" if grant else None)


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        (Account(name="app", host="%", privileges=("SELECT",), sessions=5), []),
        (Account(name="app", host="%", privileges=("SUPER",), sessions=5), ["MY403", "MY409"]),
        (Account(name="app", host="%", privileges=("SUPER",), sessions=0), ["MY403"]),
        (Account(name="app", host="%", privileges=("SYSTEM_USER",), sessions=5), ["MY409"]),
        (Account(name="app", host="%", privileges=("SUPER",), sessions=None), ["MY403"]),
        (Account(name="rdsadmin", host="localhost", privileges=("SUPER",), sessions=5), []),
        (Account(name="mysql.sys", host="localhost", plugin="caching_sha2_password", locked=True), []),
        (Account(name="app", host="localhost", plugin="auth_socket"), ["MY404", "MY408"]),
        (Account(name="app", host="%", plugin="sha256_password", locked=True), []),
        (Account(name="readers", host="", login=False, plugin="ed25519"), []),
        (Account(name="", host="localhost"), ["MY407", "MY408"]),
    ],
)
def test_accounts(account: Account, codes: list[str]) -> None:
    asked = ("MY403", "MY404", "MY407", "MY408", "MY409")
    assert [code for code in asked if found(code, live(accounts=(account,)))] == codes


def test_rules_of_accounts_say_nothing_where_accounts_are_unknown() -> None:
    catalog = live(views=(View(name=TableName("shop", "v"), definition="select 1", definer="ghost@%"),))
    assert found("MY401", catalog) == []
    assert found("MY401", dataclasses.replace(catalog, accounts=())) != []


@pytest.mark.parametrize(
    ("sql_mode", "words"),
    [
        ("STRICT_TRANS_TABLES,NO_ZERO_DATE", None),
        ("TRADITIONAL", None),
        ("", "no strict mode"),
        ("STRICT_ALL_TABLES,ANSI_QUOTES", "ANSI_QUOTES"),
    ],
)
def test_sql_modes(sql_mode: str, words: str | None) -> None:
    findings = found("MY702", live(settings={"sql_mode": sql_mode}))
    assert [finding.message for finding in findings if words and words in finding.message] == [
        finding.message for finding in findings
    ]
    assert bool(findings) == bool(words)


@pytest.mark.parametrize(
    ("zone", "system", "found_one"),
    [("SYSTEM", "UTC", False), ("+00:00", "CET", False), ("SYSTEM", "CEST", True), ("Europe/Berlin", "UTC", True)],
)
def test_time_zones(zone: str, system: str, found_one: bool) -> None:
    assert bool(found("MY703", live(settings={"time_zone": zone, "system_time_zone": system}))) is found_one


def test_a_server_without_a_setting_is_not_at_fault() -> None:
    settings_rules = [rule for rule in catalogue().values() if rule.code.startswith("MY") and "settings" in rule.needs]
    assert len(settings_rules) > 20
    catalog = live(settings={}, state=ServerState())
    assert [rule.code for rule in settings_rules if found(rule.code, catalog)] == []


def test_a_live_server_that_tells_nothing_crashes_no_rule() -> None:
    for engine in (Engine.MYSQL, Engine.MARIADB):
        for rule in catalogue().values():
            if engine in rule.engines and not rule.reported_by_run and rule.code.startswith("MY"):
                assert found(rule.code, Catalog(engine=engine, origin=Origin.LIVE)) == []


@pytest.mark.parametrize(
    ("version", "words"),
    [("5.7.44", ["rank", "lateral"]), ("8.0.13", ["lateral"]), ("8.0.39", [])],
)
def test_a_word_counts_where_it_was_no_word_of_the_source(version: str, words: list[str]) -> None:
    columns = tuple(Column(name=name, type="int") for name in ("rank", "lateral", "qualify", "id"))
    table = Table(name=TableName("shop", "player"), columns=columns)
    findings = found("MY801", live(version=Version.parse(version), tables=(table,)))
    assert [finding.object.name.rpartition(".")[2] for finding in findings] == words
    later = found("MY801", live(version=Version.parse(version), tables=(table,)), target="8.4.7")
    assert later[-1].object.name.endswith("qualify")


@pytest.mark.parametrize(
    ("type_", "following", "found_one"),
    [
        ("tinyint", 89, True),
        ("tinyint", 88, False),
        ("tinyint unsigned", 120, False),
        ("int", 1_600_000_000, True),
        ("int unsigned", 1_600_000_000, False),
        ("bigint unsigned", 2**63, False),
        ("decimal(20,0)", 10**19, False),
    ],
)
def test_counters(type_: str, following: int, found_one: bool) -> None:
    column = Column(name="id", type=type_, auto_increment=True)
    table = Table(name=TableName("shop", "t"), columns=(column,), auto_increment=following)
    assert bool(found("MY805", live(tables=(table,)))) is found_one


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("SELECT 1 INTO OUTFILE '/tmp/a'", ["MY505"]),
        ("SELECT 'INTO OUTFILE' -- load_file('x')", []),
        ("SELECT load_file('/etc/passwd')", ["MY505"]),
        ("SELECT 'a' INTO @x", []),
        ("SET GLOBAL max_connections = 5", ["MY506"]),
        ("SET @@global.max_connections = 5", ["MY506"]),
        ("SET SESSION sort_buffer_size = 5", []),
        ("SELECT user FROM mysql.user", ["MY506"]),
        ("select `user` from `mysql`.`user`", ["MY506"]),
        ("SELECT `set global`", []),
        ("SELECT password('x')", ["MY507"]),
        ("SELECT shop.password('x')", []),
        ("SELECT `password` FROM t", []),
        ("SELECT a, count(*) FROM t GROUP BY a DESC", ["MY508"]),
        ("SELECT a, count(*) FROM t GROUP BY a ORDER BY a DESC", []),
        ("SELECT a, (SELECT b FROM u ORDER BY c DESC LIMIT 1) FROM t GROUP BY a", []),
    ],
)
def test_words_in_code(body: str, codes: list[str]) -> None:
    view = View(name=TableName("shop", "v"), definition=body)
    asked = ("MY505", "MY506", "MY507", "MY508")
    assert [code for code in asked if found(code, live(views=(view,)))] == codes


def test_a_sequence_names_the_columns_it_feeds() -> None:
    table = Table(
        name=TableName("shop", "t"), columns=(Column(name="n", type="bigint", default="nextval(`shop`.`numbers`)"),)
    )
    sequence = Sequence(name=TableName("shop", "numbers"))
    (finding,) = found("MY113", live(Engine.MARIADB, tables=(table,), sequences=(sequence,)))
    assert "shop.t.n" in finding.message


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("CREATE TABLE _t_gho (id int PRIMARY KEY);", ["_t_gho"]),
        ("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE _t_old (id int PRIMARY KEY);", ["_t_old"]),
        ("CREATE TABLE _t_old (id int PRIMARY KEY);", []),
        ("CREATE TABLE t_new (id int PRIMARY KEY);", []),
    ],
)
def test_what_online_schema_changes_leave(script: str, names: list[str]) -> None:
    assert [finding.object.name.rpartition(".")[2] for finding in found("MY317", script)] == names


@pytest.mark.parametrize(
    ("printed", "spelled"),
    [
        ("INT(11)", "int"),
        ("int(10) unsigned", "int unsigned"),
        ("tinyint(1)", "tinyint(1)"),
        ("tinyint(4)", "tinyint"),
        ("int(5) unsigned zerofill", "int(5) unsigned zerofill"),
        ("year(4)", "year"),
        ("enum('INT(11)','It''s')", "enum('INT(11)','It''s')"),
        ("varchar(100) /*M!100301 COMPRESSED*/", "varchar(100)"),
        ("decimal(10, 2)", "decimal(10,2)"),
        ("geometrycollection", "geomcollection"),
    ],
)
def test_types_are_spelled_alike(printed: str, spelled: str) -> None:
    assert spelled_type(printed) == spelled


@pytest.mark.parametrize(
    ("printed", "spelled"),
    [
        ("((`a` + 1))", "`a` + 1"),
        ("(`a`) + (`b`)", "(`a`) + (`b`)"),
        ("(concat(`a`,')'))", "concat(`a`,')')"),
        ("CURRENT_TIMESTAMP()", "current_timestamp"),
        ("now(3)", "current_timestamp(3)"),
        ("uuid()", "uuid()"),
    ],
)
def test_expressions_are_spelled_alike(printed: str, spelled: str) -> None:
    assert spelled_expression(printed) == spelled


def test_small_spellings() -> None:
    assert spelled_now("nowhere()") is None
    assert (spelled_collation("utf8_bin"), spelled_collation("UTF8"), spelled_collation("utf8mb4_bin")) == (
        "utf8mb3_bin",
        "utf8mb3",
        "utf8mb4_bin",
    )
    assert quoted_account("o'brien@10.%") == "'o''brien'@'10.%'"
    assert quoted_account("role") == "'role'"
    assert spoken("SELECT \"x\", `a b` /* c */ FROM t -- d\nWHERE 'e' = 1") == "select '' , `` from t where '' = 1"


def test_dms_lists_whole_series_and_single_minors() -> None:
    assert dms_versions(Engine.MYSQL).lists(Version((8, 0)))
    assert not dms_versions(Engine.MARIADB).lists(Version((10, 11)))
