"""A rich schema goes from MySQL or MariaDB to MySQL in three parts, and is the same there as far as MySQL has it."""

from __future__ import annotations

import contextlib
import random
import re
import threading
import time
from typing import Any

import pymysql
import pytest

from checks.facts import TableName
from migrate.engines.failures import LOAD_FAILED, NOT_PERMITTED
from migrate.engines.mysql import script
from migrate.errors import SourceError, TargetError

pytestmark = pytest.mark.server

SECTIONS = ("pre-data", "post-data", "foreign-keys")
RICH = [
    "CREATE TABLE customer (id int unsigned NOT NULL AUTO_INCREMENT, email varchar(80) NOT NULL COLLATE utf8mb4_bin,"
    " name varchar(40) NOT NULL DEFAULT 'it''s; $$ \"x\"' COMMENT 'a \\ (comment), with `quotes`;',"
    " kind enum('a,b','c''d)') DEFAULT NULL, old varchar(20) CHARACTER SET latin1 DEFAULT 'é',"
    " born date NOT NULL DEFAULT '0000-00-00', price decimal(10,2) NOT NULL DEFAULT 1.50, bits bit(3) DEFAULT b'101',"
    " at timestamp(3) NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),"
    " whole varchar(60) GENERATED ALWAYS AS (concat(name, ' (', email, ')')) STORED,"
    " double_price decimal(10,2) GENERATED ALWAYS AS (price * 2) VIRTUAL,"
    " PRIMARY KEY (id), UNIQUE KEY by_email (email), KEY by_name (name(10), price), FULLTEXT KEY words (name),"
    " CONSTRAINT positive CHECK (price >= 0)) ENGINE=InnoDB AUTO_INCREMENT=50 DEFAULT CHARSET=utf8mb4"
    " COLLATE=utf8mb4_general_ci COMMENT='it''s'",
    "CREATE TABLE orders (id bigint NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) ENGINE=InnoDB DEFAULT"
    " CHARSET=latin1 COLLATE=latin1_german1_ci PARTITION BY RANGE (year(day))"
    " (PARTITION old VALUES LESS THAN (2020), PARTITION rest VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE item (id int NOT NULL, customer int unsigned, parent int, PRIMARY KEY (id),"
    " CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE SET NULL,"
    " CONSTRAINT of_item FOREIGN KEY (parent) REFERENCES item (id)) ENGINE=InnoDB COLLATE=utf8mb4_general_ci",
    "CREATE TABLE keyless (a int NOT NULL, b int, UNIQUE KEY on_b (b), UNIQUE KEY on_a (a)) ENGINE=InnoDB"
    " COLLATE=utf8mb4_general_ci",
    "CREATE TABLE counted (a int NOT NULL, n int NOT NULL AUTO_INCREMENT, PRIMARY KEY (a), KEY by_n (n)) ENGINE=InnoDB"
    " COLLATE=utf8mb4_general_ci",
    "CREATE TABLE `odd ``one``, %s` (`c'(\"1` int NOT NULL, PRIMARY KEY (`c'(\"1`)) ENGINE=InnoDB"
    " COLLATE=utf8mb4_general_ci",
    "CREATE FUNCTION plus(a int) RETURNS int DETERMINISTIC RETURN a + 1",
    "CREATE PROCEDURE wash(IN least int) MODIFIES SQL DATA BEGIN\n-- don't; $$\nDECLARE s varchar(9) DEFAULT '%s;';\n"
    "DELETE FROM item WHERE id < least % 7;\nEND",
    "CREATE VIEW z_first AS SELECT 1 AS id, 2 AS n",
    "CREATE VIEW a_second AS SELECT id, n FROM z_first",
    "CREATE OR REPLACE SQL SECURITY INVOKER VIEW z_first AS SELECT plus(id) AS n, id FROM customer WHERE name <> 'x`y'",
    "CREATE TRIGGER second_one BEFORE INSERT ON customer FOR EACH ROW SET new.name = concat(new.name, '2')",
    "CREATE TRIGGER first_one BEFORE INSERT ON customer FOR EACH ROW PRECEDES second_one"
    " SET new.name = concat(new.name, '1é')",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' ON COMPLETION PRESERVE"
    " COMMENT 'ON COMPLETION PRESERVE ENABLE' DO DELETE FROM item",
    "CREATE EVENT never ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DISABLE DO DELETE FROM item",
]


def make(side: Any, *statements: str) -> None:
    side.run("SET SESSION sql_mode = ''", *statements)


def copy(source: Any, target: Any, *sections: str) -> list[str]:
    notes = []
    for section in sections or SECTIONS:
        notes += target.schema.load(source.schema.dump([source.name], section))
    return notes


def drop(target: Any, source: Any) -> None:
    target.extra.append(source.name)
    target.run(f"DROP DATABASE IF EXISTS `{source.name}`")


def shown(side: Any, schema: str) -> dict[str, str]:
    """How the server itself says everything in a schema was made, in its own words."""
    found = {}
    with side.server.connect(None, side.master.user, side.master.password) as connection, connection.cursor() as cursor:
        cursor.execute("USE information_schema")
        for kind, column, listing in (
            ("TABLE", 1, "SELECT table_name FROM tables WHERE table_schema = %s AND table_type = 'BASE TABLE'"),
            ("VIEW", 1, "SELECT table_name FROM views WHERE table_schema = %s"),
            (
                "PROCEDURE",
                2,
                "SELECT routine_name FROM routines WHERE routine_schema = %s AND routine_type = 'PROCEDURE'",
            ),
            (
                "FUNCTION",
                2,
                "SELECT routine_name FROM routines WHERE routine_schema = %s AND routine_type = 'FUNCTION'",
            ),
            ("TRIGGER", 2, "SELECT trigger_name FROM triggers WHERE trigger_schema = %s"),
            ("EVENT", 3, "SELECT event_name FROM events WHERE event_schema = %s"),
        ):
            cursor.execute(listing, [schema])
            for (name,) in cursor.fetchall():
                cursor.execute(f"SHOW CREATE {kind} `{schema}`.`{name.replace('`', '``')}`")
                row = cursor.fetchone()
                assert row is not None
                found[f"{kind.lower()} {name}"] = re.sub(r"\s+", " ", row[column])
    return found


def test_the_round_trip_keeps_everything(source: Any, target: Any) -> None:
    make(source, *RICH)
    drop(target, source)
    assert copy(source, target, "pre-data") == []
    early = shown(target, source.name)
    assert [name for name in early if name.split()[0] in ("trigger", "event")] == []
    assert " KEY `" not in early["table customer"]
    assert "FOREIGN KEY" not in early["table item"]
    assert "UNIQUE KEY `on_a`" in early["table keyless"], "in place of a primary key"
    assert "UNIQUE KEY `on_b`" not in early["table keyless"]
    assert "KEY `by_n`" in early["table counted"], "an AUTO_INCREMENT column needs it"
    assert copy(source, target, "post-data", "foreign-keys") == []
    after, before = shown(target, source.name), shown(source, source.name)
    assert after.keys() == before.keys()
    if not source.mariadb:
        before["event nightly"] = before["event nightly"].replace("PRESERVE ENABLE", "PRESERVE DISABLE ON REPLICA", 1)
        assert after == before
    assert "DISABLE ON REPLICA COMMENT 'ON COMPLETION PRESERVE ENABLE'" in after["event nightly"]
    assert "PRESERVE DISABLE DO" in after["event never"]
    everything = "INSERT INTO customer (id, email) VALUES (1, 'a@b')"
    for side in (source, target):
        side.run(f"USE `{source.name}`", "SET SESSION sql_mode = ''", everything)
    rows = "SELECT id, name, kind, old, born, price, bits, whole, double_price FROM customer"
    read = [side.run(f"USE `{source.name}`", rows) for side in (source, target)]
    assert read[0] == read[1]
    assert read[0][0][1].endswith("1é2"), "the triggers fire in their order"
    assert copy(source, target) == [], "again, and nothing is made twice"
    assert shown(target, source.name).keys() == after.keys()


def test_a_load_that_was_killed_in_its_middle_goes_on(source: Any, target: Any) -> None:
    make(source, *RICH)
    drop(target, source)
    dumps = [source.schema.dump([source.name], section) for section in SECTIONS]
    total = sum(len(list(script.statements(text))) for text in dumps)
    began = time.monotonic()
    for text in dumps:
        target.schema.load(text)
    undisturbed = time.monotonic() - began
    broken, chance = 0, random.Random(1)
    for moment in range(60):
        if broken >= 3 and moment >= 12:
            break
        target.run(f"DROP DATABASE IF EXISTS `{source.name}`")
        stop = threading.Event()
        delay = undisturbed * chance.random() * 0.8 ** max(0, moment - 12)  # the first one may have been a slow one

        def end_it(stop: threading.Event = stop, delay: float = delay) -> None:
            """The session that loads, from outside, wherever it is."""
            stop.wait(delay)
            with target.server.connect() as connection, connection.cursor() as cursor:
                cursor.execute("SELECT id FROM information_schema.processlist WHERE user = %s", [target.master.user])
                for (session,) in cursor.fetchall():
                    with contextlib.suppress(pymysql.err.OperationalError):  # ended by itself meanwhile
                        cursor.execute(f"KILL {int(session)}")

        killer = threading.Thread(target=end_it)
        killer.start()
        try:
            for text in dumps:
                target.schema.load(text)
        except TargetError as error:
            if not error.retryable:
                raise
            broken += 1
        stop.set()
        killer.join()
        for text in dumps:
            target.schema.load(text)
        assert shown(target, source.name).keys() == shown(source, source.name).keys()
        assert shown(target, source.name)["table item"].count("FOREIGN KEY") == 2
        assert shown(target, source.name)["table customer"].count(" KEY `") == 3
    assert broken >= 3, f"of {total} statements none was hit"


def test_keys_of_which_some_are_there_are_added_one_by_one(source: Any, target: Any) -> None:
    make(source, "CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, KEY on_a (a), KEY on_b (b), KEY on_c (c))")
    drop(target, source)
    copy(source, target, "pre-data")
    target.run(f"ALTER TABLE `{source.name}`.t ADD KEY on_b (b)")
    copy(source, target)
    assert shown(target, source.name)["table t"].count(" KEY `on_") == 3


def test_the_same_text_does_not_become_another_collation(source: Any, target: Any) -> None:
    """`CHARSET=utf8mb4` alone is utf8mb4_general_ci on MySQL 5.7 and MariaDB, and another on 8.0."""
    make(
        source,
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(9), b varchar(9) COLLATE utf8mb4_bin, c text CHARACTER SET utf8)"
        " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci",
    )
    drop(target, source)
    copy(source, target)
    asked = (
        "SELECT column_name, REPLACE(collation_name, 'utf8_', 'utf8mb3_') FROM information_schema.columns"
        f" WHERE table_schema = '{source.name}' AND collation_name IS NOT NULL ORDER BY 1"
    )
    assert target.run(asked) == source.run(asked)
    assert target.run(asked)[0] == ("a", "utf8mb4_general_ci")


def test_engines_formats_and_places_of_the_old_machine_are_told_and_left(source: Any, target: Any) -> None:
    make(
        source,
        "CREATE TABLE files (g int NOT NULL, n int NOT NULL AUTO_INCREMENT, t text, PRIMARY KEY (g, n),"
        " FULLTEXT KEY (t)) ENGINE=MyISAM ROW_FORMAT=DYNAMIC CHECKSUM=1",
        "CREATE TABLE small (id int PRIMARY KEY) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8",
        "CREATE TABLE fast (id int, KEY USING HASH (id)) ENGINE=MEMORY MAX_ROWS=10",
    )
    drop(target, source)
    notes = script.notes(source.schema.dump([source.name], "pre-data"))
    for told in ("files: stored in MyISAM", "fast: stored in MEMORY", "n counts within a group", "CHECKSUM=1"):
        assert any(told in note for note in notes), told
    assert any("ROW_FORMAT=COMPRESSED, KEY_BLOCK_SIZE=8" in note for note in notes)
    copy(source, target)
    engines = f"SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = '{source.name}'"
    assert target.run(engines) == [("InnoDB",)]
    target.run(f"INSERT INTO `{source.name}`.files (g) VALUES (1), (1), (2)")
    assert target.run(f"SELECT n FROM `{source.name}`.files ORDER BY g, n") == [(1,), (2,), (3,)]


def test_what_only_mariadb_has_is_told_and_fitted(mariadb_server: Any, target: Any, fresh_mysql_database: Any) -> None:
    from migrate.model.database import Side
    from tests.engines_mysql.conftest import MySqlSide

    source = MySqlSide(mariadb_server, fresh_mysql_database(mariadb_server), Side.SOURCE)
    make(
        source,
        "CREATE SEQUENCE numbers",
        "CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval(numbers), u uuid DEFAULT uuid(), six inet6, four inet4,"
        " doc json, note text DEFAULT 'abc', squeezed text COMPRESSED, k int, hidden int INVISIBLE DEFAULT 7,"
        " day date DEFAULT curdate(), sum int DEFAULT (1 + 2), g int AS (k + 1) PERSISTENT, UNIQUE KEY on_u (u),"
        " KEY on_k (k) IGNORED, CHECK (k > 0)) COLLATE utf8mb4_uca1400_as_cs",
        "CREATE TABLE other (id int PRIMARY KEY, k int, nopad varchar(9) COLLATE utf8mb4_nopad_bin,"
        " old varchar(9) CHARACTER SET latin1 COLLATE latin1_swedish_nopad_ci, CHECK (k > 1))"
        " ENGINE=Aria TRANSACTIONAL=1",
        "CREATE TABLE past (id int PRIMARY KEY, v int) WITH SYSTEM VERSIONING",
        "CREATE TABLE told (id int, rs timestamp(6) GENERATED ALWAYS AS ROW START,"
        " re timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (rs, re), PRIMARY KEY (id))"
        " WITH SYSTEM VERSIONING",
        "CREATE TABLE booked (room int, s date, e date, PERIOD FOR stay (s, e), UNIQUE (room, stay WITHOUT OVERLAPS))",
        "CREATE VIEW v AS SELECT note COLLATE utf8mb4_uca1400_ai_ci AS n FROM t",
    )
    row = (
        "INSERT INTO t (id, u, six, four, doc, k) VALUES"
        " (1, '123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff00:42:8329', '192.168.0.1', '{\"a\": 1}', 3)"
    )
    drop(target, source)
    notes = script.notes(source.schema.dump([source.name], "pre-data"))
    for told in (
        "sequence", "nextval", "uuid as char(36)", "inet6 as varchar(39)", "inet4 as varchar(15)", "JSON of MariaDB",
        "without COMPRESSED", "uca1400_as_cs as utf8mb4_0900_as_cs", "nopad_bin as utf8mb4_0900_bin",
        "latin1_swedish_nopad_ci as latin1_swedish_ci", "Aria", "TRANSACTIONAL=1", "past: without system versioning",
        "told: without system versioning and without rs, re", "without PERIOD",
        "uca1400_ai_ci as utf8mb4_unicode_520_ci", "check CONSTRAINT_1 under another name",
    ):  # fmt: skip
        assert any(told in note for note in notes), told
    copy(source, target)
    for side in (source, target):
        side.run(f"USE `{source.name}`", row)
    columns = "u, six, four, doc, note, k, hidden, day, sum, g"
    read = [side.run(f"SELECT {columns} FROM `{source.name}`.t") for side in (source, target)]
    assert [[str(value) for value in row] for row in read[0]] == [[str(value) for value in row] for row in read[1]]
    made = shown(target, source.name)
    assert "`on_k` (`k`) /*!80000 INVISIBLE */" in made["table t"]
    assert "`hidden` int DEFAULT '7' /*!80023 INVISIBLE */" in made["table t"]
    assert "UNIQUE KEY `room` (`room`,`s`,`e`)" in made["table booked"]
    assert "`re`" not in made["table told"]
    with pytest.raises(pymysql.MySQLError):
        target.run(f"INSERT INTO `{source.name}`.other VALUES (1, 1, '', '')")
    source.close()


def test_grants_come_along_for_accounts_that_are_there(source: Any, target: Any) -> None:
    app, gone = source.user(grants="SELECT, INSERT"), source.user("10.%", "DELETE")
    everywhere, member = source.user(grants="SELECT"), source.user(grants="SELECT")
    make(source, "CREATE TABLE t (id int PRIMARY KEY, a int)", "CREATE TABLE only_a (id int PRIMARY KEY, a int)")
    make(source, "CREATE PROCEDURE p() SELECT 1", "CREATE VIEW v AS SELECT id FROM t")
    role_host = "" if source.mariadb else "@'%'"
    source.users.append("keepers")
    target.users += ["keepers", app.user, everywhere.user, member.user]
    default = f"SET DEFAULT ROLE keepers {'FOR' if source.mariadb else 'TO'} '{member.user}'@'%'"
    source.run(
        f"GRANT UPDATE ON *.* TO '{everywhere.user}'@'%'",
        f"GRANT SELECT (a), UPDATE (a) ON `{source.name}`.only_a TO '{app.user}'@'%'",
        f"GRANT EXECUTE ON PROCEDURE `{source.name}`.p TO '{app.user}'@'%'",
        f"CREATE ROLE keepers{role_host}",
        f"GRANT DELETE ON `{source.name}`.* TO keepers{role_host}".replace("_", "\\_", 1),
        f"GRANT keepers TO '{member.user}'@'%'",
        default,
        superuser=True,
    )
    for each in (app, everywhere, member):
        target.accounts.ensure_login(each)
    drop(target, source)
    notes = copy(source, target)
    assert any(f"there is no account {gone.user}@10.%" in note for note in notes)
    held = {
        each: "\n".join(row[0] for row in target.run(f"SHOW GRANTS FOR '{each.user}'@'%'"))
        for each in (app, everywhere, member)
    }
    pattern = source.name.replace("_", "\\\\_")
    assert re.search(rf"GRANT SELECT, INSERT ON `{pattern}`\.\*", held[app])
    assert f"GRANT SELECT (`a`), UPDATE (`a`) ON `{source.name}`.`only_a`" in held[app]
    assert f"GRANT EXECUTE ON PROCEDURE `{source.name}`.`p`" in held[app]
    assert re.search(rf"GRANT SELECT, UPDATE ON `{pattern}`\.\*", held[everywhere]), "on these databases alone"
    assert "UPDATE ON *.*" not in held[everywhere]
    assert target.accounts.smoke(app, [TableName(source.name, "t")]) != [], "the database it names is not granted"
    with target.server.connect(source.name, member.user, member.password) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM t")


def test_definers_that_are_not_there_become_the_users_nearest(source: Any, target: Any) -> None:
    app, gone = source.user("10.1.%"), source.user()
    make(source, "CREATE TABLE t (id int PRIMARY KEY)")
    make(source, "CREATE VIEW theirs AS SELECT id FROM t", "CREATE PROCEDURE p() SELECT 1")
    source.run(
        f"ALTER DEFINER = '{app.user}'@'10.1.%' VIEW theirs AS SELECT id FROM t",
        f"CREATE DEFINER = '{gone.user}'@'%' TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @x = 1",
        superuser=True,
    )
    target.users.append(app.user)
    target.accounts.ensure_login(app)
    drop(target, source)
    notes = copy(source, target)
    assert any(f"made as {app.user}@%: view" in note for note in notes)
    assert any(f"made as {target.master.user}@%: trigger" in note for note in notes)
    definers = (
        f"SELECT definer FROM information_schema.views WHERE table_schema = '{source.name}' UNION ALL"
        f" SELECT definer FROM information_schema.triggers WHERE trigger_schema = '{source.name}'"
    )
    assert target.run(definers) == [(f"{app.user}@%",), (f"{target.master.user}@%",)]


def test_what_the_server_refuses_is_named_without_values(source: Any, target: Any) -> None:
    made = script.Script()
    made.add(f"CREATE TABLE IF NOT EXISTS `{target.name}`.first (id int)")
    made.add(f"CREATE TABLE IF NOT EXISTS `{target.name}`.second (id nonsense, a int DEFAULT 'a secret value')")
    with pytest.raises(TargetError) as caught:
        target.schema.load(made.text)
    assert caught.value.code == f"TGT-{LOAD_FAILED}"
    assert "second" in caught.value.message
    assert "secret" not in str(caught.value)
    assert target.run("SELECT @@sql_mode") != [("",)]


def test_code_that_is_hidden_from_the_toolkit_is_not_left_out_in_silence(source: Any) -> None:
    from migrate.engines.mysql.connection import Connections
    from migrate.engines.mysql.schema import MySqlSchema

    make(source, "CREATE PROCEDURE p() SELECT 1")
    weak = Connections(source.address, source.user(grants="SELECT, EXECUTE"), source.side)
    with pytest.raises(SourceError) as caught:
        MySqlSchema(weak).dump([source.name], "pre-data")
    assert caught.value.code == f"SRC-{NOT_PERMITTED}"
    assert "SHOW_ROUTINE" in caught.value.hint
    weak.close()


def test_a_view_that_is_broken_already_is_told_and_left_out(source: Any, target: Any) -> None:
    make(source, "CREATE TABLE gone (id int)", "CREATE VIEW broken AS SELECT id FROM gone", "DROP TABLE gone")
    drop(target, source)
    assert copy(source, target) == [f"view {source.name}.broken is left out, for what it is made of is not there"]


def test_analyze_and_nonempty_skip_what_is_not_there(source: Any) -> None:
    make(source, "CREATE TABLE a (id int)", "INSERT INTO a VALUES (1)", "CREATE TABLE b (id int)")
    a, b, absent = (TableName(source.name, name) for name in ("a", "b", "absent"))
    source.schema.analyze([a, b, absent])
    assert source.schema.nonempty([absent, b, a]) == [a]
    assert source.schema.nonempty([]) == []


def test_only_the_chosen_schemas_come_along(source: Any, fresh_mysql_database: Any) -> None:
    other = fresh_mysql_database(source.server)
    source.run("CREATE TABLE here (id int)", f"CREATE TABLE `{other}`.there (id int)")
    assert "`there`" not in source.schema.dump([source.name], "pre-data")
    assert "`there`" in source.schema.dump([], "pre-data")
