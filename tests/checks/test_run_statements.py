"""What applications send, looked through for what Aurora or DMS does not take, and not for what looks alike."""

from __future__ import annotations

import pytest

from checks.data import load
from checks.facts import Catalog, Origin, Routine, RunStatement
from checks.registry import catalogue
from checks.route import TARGET_OF, Engine, Route, Version
from checks.run_statements import found


def keys(engine: Engine, *texts: str, routines: tuple[Routine, ...] = (), target: str = "") -> dict[str, str]:
    statements = tuple(RunStatement(id=str(n), text=text, calls=n + 1) for n, text in enumerate(texts))
    catalog = Catalog(engine=engine, origin=Origin.LIVE, statements=statements, routines=routines)
    wanted = target or ("17.4" if engine is Engine.POSTGRES else "3.08")
    return {one.row.key: one.told for one in found(catalog, Version.parse(wanted))}


POSTGRES = {
    "SELECT pg_read_file($1)": "server-files",
    "SELECT pg_catalog.pg_ls_dir($1)": "server-files",
    "COPY orders TO '/tmp/orders.csv' WITH (FORMAT csv)": "server-files",
    "COPY orders FROM PROGRAM 'gunzip < orders.gz'": "server-files",
    "ALTER SYSTEM SET work_mem = '1GB'": "superuser-acts",
    "SELECT pg_reload_conf()": "superuser-acts",
    "SELECT now() - pg_last_xact_replay_timestamp()": "standby-functions",
    "/* job */ TRUNCATE TABLE cart": "truncate",
    "PREPARE TRANSACTION 'a'": "two-phase-commit",
    "SELECT lo_get($1)": "large-objects",
    "SELECT * FROM dblink($1, $2) AS t(a int)": "dblink",
    "LISTEN orders": "listen-notify",
    "create table part_2027 partition of events for values in (1)": "ddl-at-run-time",
}
MYSQL = {
    "SELECT LOAD_FILE (?)": "server-files",
    "SELECT `id` FROM `item` INTO OUTFILE ?": "server-files",
    "LOAD DATA INFILE ? INTO TABLE `item`": "server-files",
    "SET GLOBAL `max_connections` = ?": "administration",
    "PURGE BINARY LOGS TO ?": "administration",
    "SELECT PASSWORD (?)": "removed-functions",
    "SELECT `a`, COUNT ( * ) FROM `t` GROUP BY `a` DESC": "removed-syntax",
    "SELECT SQL_CACHE `a` FROM `t`": "removed-syntax",
    "XA PREPARE ?": "xa",
    "CREATE TABLE `log` ( `a` INTEGER ) ENGINE = MyISAM": "other-engines",
    "RENAME TABLE `_item_new` TO `item`": "ddl-at-run-time",
}
MARIADB = {
    "SELECT NEXTVAL ( `numbers` )": "dialect-of-mariadb",
    "INSERT INTO `t` VALUES (...) RETURNING `id`": "dialect-of-mariadb",
    "SELECT * FROM `price` FOR SYSTEM_TIME AS OF ?": "dialect-of-mariadb",
}
ALL = [
    *((Engine.POSTGRES, text, key) for text, key in POSTGRES.items()),
    *((Engine.MYSQL, text, key) for text, key in MYSQL.items()),
    *((Engine.MARIADB, text, key) for text, key in {**MYSQL, **MARIADB}.items()),
]


@pytest.mark.parametrize(("engine", "text", "key"), ALL)
def test_each_kind_is_found(engine: Engine, text: str, key: str) -> None:
    assert key in keys(engine, text)


def test_every_row_has_an_example() -> None:
    rows = load("statements")
    assert {row["key"] for row in rows["postgresql"]} == set(POSTGRES.values())
    assert {row["key"] for row in rows["mysql"]} == set(MYSQL.values())
    assert {row["key"] for row in rows["mariadb"]} == set(MARIADB.values())


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (Engine.POSTGRES, "SELECT 'pg_read_file(1)', \"pg_ls_dir\" FROM t -- lo_get(1)"),
        (Engine.POSTGRES, "COPY orders FROM STDIN"),
        (Engine.POSTGRES, "SELECT app.dblink($1)"),
        (Engine.POSTGRES, "UPDATE truncate SET listen = $1"),
        (Engine.POSTGRES, "CREATE TEMP TABLE work (a int)"),
        (Engine.POSTGRES, "SELECT trunc($1), lo_ge($2)"),
        (Engine.MYSQL, "SELECT `load_file`, ? FROM `password`"),
        (Engine.MYSQL, "LOAD DATA LOCAL INFILE ? INTO TABLE `item`"),
        (Engine.MYSQL, "SELECT `a` FROM `t` GROUP BY `a` ORDER BY `a` DESC"),
        (Engine.MYSQL, "SELECT @@GLOBAL . `max_connections`"),
        (Engine.MYSQL, "INSERT INTO `t` VALUES (...) ON DUPLICATE KEY UPDATE `returning` = ?"),
        (Engine.MYSQL, "SELECT `app` . `encode` (?)"),
    ],
)
def test_what_looks_alike_is_not_taken_for_it(engine: Engine, text: str) -> None:
    assert keys(engine, text) == {}


def test_a_function_of_the_databases_own_is_not_the_servers() -> None:
    own = Routine(schema="app", name="encode")
    assert keys(Engine.MYSQL, "SELECT ENCODE (?)", routines=(own,)) == {}


def test_a_function_that_the_target_does_not_have_yet() -> None:
    assert "newer-than-target" in keys(Engine.POSTGRES, "SELECT json_value($1, $2)", target="16.4")
    assert keys(Engine.POSTGRES, "SELECT json_value($1, $2)", target="17.4") == {}


def test_one_finding_for_a_kind_with_counts_and_a_few_ids() -> None:
    told = keys(Engine.POSTGRES, *(f"TRUNCATE t{n}" for n in range(7)))["truncate"]
    assert told.endswith("7 statements run 28 times, ids 6, 5, 4, 3, 2, …")


@pytest.mark.parametrize(("engine", "code"), [(Engine.POSTGRES, "PG525"), (Engine.MARIADB, "MY513")])
def test_where_nothing_is_counted_the_rule_is_not_applicable(engine: Engine, code: str) -> None:
    catalog = Catalog(engine=engine, origin=Origin.LIVE)
    route = Route(engine, None, TARGET_OF[engine], Version((17, 4) if engine is Engine.POSTGRES else (3, 8)))
    reason = catalogue()[code].not_applicable(catalog, route, "dms")
    assert reason == "the server does not tell: statements"
