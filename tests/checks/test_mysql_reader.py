"""Single forms of MySQL's and MariaDB's DDL, each with the fact it makes; and what must not be mistaken for DDL."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.ddl.read import read_file, read_text
from checks.errors import UnreadableSchemaError
from checks.facts import Catalog, Column, Index, Table, TableName
from checks.route import Engine, Route, TargetEngine, Version
from checks.run import run

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
HEADER = "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: db    Database: shop\n"
END = "\n-- Dump completed on 2026-11-26 20:00:00\n"


def of_version(version: str) -> str:
    return f"-- Server version\t{version}\n"


def read(sql: str, engine: Engine = MYSQL) -> Catalog:
    catalog = read_text(sql, engine)
    assert [(unread.text, unread.reason) for unread in catalog.unread] == []
    return catalog


def table(sql: str, engine: Engine = MYSQL, name: str = "t") -> Table:
    found = read(sql, engine).table(TableName("db", name))
    assert found is not None
    return found


def column(definition: str, engine: Engine = MYSQL, version: str = "", options: str = "") -> Column:
    head = of_version(version) if version else ""
    return table(f"{head}CREATE TABLE t (c {definition}) {options}", engine).columns[0]


def indexes(sql: str, engine: Engine = MYSQL) -> dict[str, Index]:
    return {index.name: index for index in read(sql, engine).indexes}


TYPES = [
    ("INTEGER", "int"),
    ("INT(11) SIGNED", "int"),
    ("int8 unsigned", "bigint unsigned"),
    ("middleint(5)", "mediumint"),
    ("int(5) zerofill", "int(5) unsigned zerofill"),
    ("bigint unsigned zerofill", "bigint(20) unsigned zerofill"),
    ("bool", "tinyint(1)"),
    ("tinyint(1)", "tinyint(1)"),
    ("tinyint(4)", "tinyint"),
    ("decimal", "decimal(10,0)"),
    ("NUMERIC(5)", "decimal(5,0)"),
    ("dec(5, 2) unsigned", "decimal(5,2) unsigned"),
    ("float(24)", "float"),
    ("float(25)", "double"),
    ("float(7, 3)", "float(7,3)"),
    ("double precision", "double"),
    ("real(8,2)", "double(8,2)"),
    ("char", "char(1)"),
    ("char(3) byte", "binary(3)"),
    ("national varchar(5)", "varchar(5)"),
    ("character varying(9)", "varchar(9)"),
    ("varchar(9) charset binary", "varbinary(9)"),
    ("long", "mediumtext"),
    ("long varbinary", "mediumblob"),
    ("text(100)", "tinytext"),
    ("blob(70000)", "mediumblob"),
    ("text character set binary", "blob"),
    ("datetime(0)", "datetime"),
    ("timestamp(6) null", "timestamp(6)"),
    ("year(4)", "year"),
    ("bit", "bit(1)"),
    ("ENUM( 'a' , \"b'\", 'C ')", "enum('a','b''','C')"),
    (r"set('x\\y','\'')", r"set('x\\y','''')"),
    ("geometrycollection", "geomcollection"),
]
"""Written so, and as SHOW CREATE TABLE prints it; the real servers are asked too."""


@pytest.mark.parametrize(("written", "spelled"), TYPES)
def test_types_are_spelled_as_the_server_spells_them(written: str, spelled: str) -> None:
    assert column(written, options="charset latin1").type == spelled


@pytest.mark.server
@pytest.mark.parametrize("engine", [MYSQL, MARIADB])
def test_the_servers_agree_on_the_spelling(
    engine: Engine, request: pytest.FixtureRequest, fresh_mysql_database: Any
) -> None:
    from checks.mysql_spelling import spelled_type

    server = request.getfixturevalue(f"{engine.value}_server")
    columns = ", ".join(f"c{number} {written}" for number, (written, _) in enumerate(TYPES))
    with server.connect(fresh_mysql_database(server)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE spelled ({columns}) CHARSET latin1")
        cursor.execute(
            "SELECT column_type FROM information_schema.columns WHERE table_name = 'spelled' ORDER BY ordinal_position"
        )
        printed = [spelled_type(row[0].decode() if isinstance(row[0], bytes) else row[0]) for row in cursor.fetchall()]
    assert printed == [spelled for _, spelled in TYPES]


class TestColumns:
    @pytest.mark.parametrize(
        ("definition", "default"),
        [
            ("int DEFAULT 0", "'0'"),
            ("int DEFAULT '007'", "'7'"),
            ("int DEFAULT -5", "'-5'"),
            ("int DEFAULT NULL", None),
            ("decimal(8,2) DEFAULT 1", "'1.00'"),
            ("double DEFAULT 1e3", "'1000'"),
            ("varchar(9) DEFAULT 'it''s' COMMENT 'x'", "'it''s'"),
            (r"varchar(9) DEFAULT 'a\\b\'c'", r"'a\\b''c'"),
            ("varchar(9) DEFAULT _utf8mb4'x' NOT NULL", "'x'"),
            ("bit(3) DEFAULT 5", "b'101'"),
            ("tinyint(1) DEFAULT TRUE", "'1'"),
            ("datetime DEFAULT '2020-1-2'", "'2020-01-02 00:00:00'"),
            ("date NOT NULL DEFAULT '0000-00-00'", "'0000-00-00'"),
            ("datetime(3) DEFAULT NOW(3)", "current_timestamp(3)"),
            ("datetime DEFAULT CURRENT_TIMESTAMP() ON UPDATE LOCALTIME", "current_timestamp"),
            ("char(36) DEFAULT (uuid())", "uuid()"),
            ("int(3) zerofill DEFAULT 7", "'007'"),
            ("varbinary(3) DEFAULT x'FF01'", "0xff01"),
        ],
    )
    def test_defaults(self, definition: str, default: str | None) -> None:
        assert column(definition).default == default

    @pytest.mark.parametrize(
        ("definition", "default"),
        [
            ("uuid DEFAULT uuid()", "uuid()"),
            ("int DEFAULT (1 + (2))", "1 + (2)"),
            ("varchar(9) DEFAULT concat('a,', ')') NOT NULL", "concat('a,', ')')"),
            ("bigint DEFAULT nextval(`db`.`s`)", "nextval(`db`.`s`)"),
            ("text DEFAULT 'x'", "'x'"),
        ],
    )
    def test_mariadb_takes_expressions_without_brackets(self, definition: str, default: str) -> None:
        assert column(definition, MARIADB).default == default

    def test_generated_invisible_and_counting_columns(self) -> None:
        a, b, c, d = table(
            "CREATE TABLE t (a serial, b int GENERATED ALWAYS AS ((a + 1) * 2) VIRTUAL NOT NULL COMMENT 'x',"
            " c int AS (a) STORED UNIQUE KEY, d int DEFAULT 3 /*!80023 INVISIBLE */)"
        ).columns
        assert (a.type, a.auto_increment, a.nullable) == ("bigint unsigned", True, False)
        assert (b.generated, b.stored, b.nullable) == ("(a + 1) * 2", False, False)
        assert (c.generated, c.stored) == ("a", True)
        assert (d.default, d.invisible) == ("'3'", True)

    @pytest.mark.parametrize(
        ("definition", "options", "charset", "collation"),
        [
            ("text", "", None, None),
            ("text", "CHARSET=latin1", "latin1", "latin1_swedish_ci"),
            ("text", "COLLATE utf8mb4_bin", "utf8mb4", "utf8mb4_bin"),
            ("text CHARACTER SET utf8", "CHARSET=latin1", "utf8mb3", "utf8mb3_general_ci"),
            ("text COLLATE latin1_bin NOT NULL", "CHARSET=latin1", "latin1", "latin1_bin"),
            ("text NOT NULL COLLATE latin1_bin", "CHARSET=latin1", "latin1", "latin1_bin"),
            ("varchar(9) BINARY", "CHARSET=latin1", "latin1", "latin1_bin"),
            ("int", "CHARSET=latin1", None, None),
        ],
    )
    def test_text_has_its_own_or_its_tables_collation(
        self, definition: str, options: str, charset: str | None, collation: str | None
    ) -> None:
        found = column(definition, options=options)
        assert (found.charset, found.collation) == (charset, collation)

    @pytest.mark.parametrize(
        ("engine", "version", "collation"),
        [
            (MYSQL, "", None),
            (MYSQL, "5.7.44", "utf8mb4_general_ci"),
            (MYSQL, "8.0.36", "utf8mb4_0900_ai_ci"),
            (MARIADB, "10.11.6-MariaDB", "utf8mb4_general_ci"),
            (MARIADB, "11.8.2-MariaDB", "utf8mb4_uca1400_ai_ci"),
        ],
    )
    def test_the_version_says_what_utf8mb4_sorts_by(self, engine: Engine, version: str, collation: str | None) -> None:
        assert column("text", engine, version, "CHARSET=utf8mb4").collation == collation

    def test_the_database_says_the_collation_of_its_tables(self) -> None:
        catalog = read("CREATE DATABASE x DEFAULT CHARACTER SET latin1; USE x; CREATE TABLE t (a text)")
        assert catalog.schema_collations == (("x", "latin1_swedish_ci"),)
        assert catalog.tables[0].columns[0].collation == "latin1_swedish_ci"

    @pytest.mark.parametrize(("version", "nullable"), [("5.7.44", False), ("8.0.36", True)])
    def test_a_bare_timestamp_was_once_not_null_and_now(self, version: str, nullable: bool) -> None:
        found = column("timestamp", version=version)
        now = None if nullable else "current_timestamp"
        assert (found.nullable, found.default, found.on_update) == (nullable, now, now)

    def test_what_mariadb_alone_has(self) -> None:
        a, b, c, d = table(
            "CREATE TABLE t (a text /*M!100301 COMPRESSED*/ DEFAULT 'x', b json, c inet6, d int(3) INVISIBLE)", MARIADB
        ).columns
        assert (a.compressed, a.default) == (True, "'x'")
        assert (b.type, b.collation) == ("longtext", "utf8mb4_bin")
        assert (c.type, d.invisible) == ("inet6", True)


class TestKeys:
    def test_keys_are_named_as_the_server_names_them(self) -> None:
        catalog = read(
            "CREATE TABLE t (a int UNIQUE, b int REFERENCES x (y), c int CHECK (c > 0), UNIQUE (a, b), KEY (a),"
            " KEY ((b + 1)),"
            " CHECK (b > 0), FOREIGN KEY (c) REFERENCES o.x (y) ON DELETE SET NULL ON UPDATE NO ACTION)"
        )
        assert [c.name for c in catalog.tables[0].constraints] == ["a", "t_chk_1", "a_2", "t_chk_2", "t_ibfk_1"]
        assert [(i.name, i.columns) for i in catalog.indexes] == [
            ("a_3", ("a",)),
            ("functional_index", ("(b + 1)",)),
            ("c", ("c",)),
        ]
        key = catalog.tables[0].constraints[-1]
        assert (key.references, key.references_columns) == (TableName("o", "x"), ("y",))
        assert (key.on_delete, key.on_update) == ("set null", None)

    def test_a_foreign_key_needs_an_index_until_another_serves_it(self) -> None:
        made = "CREATE TABLE t (a int, b int, CONSTRAINT k FOREIGN KEY (a) REFERENCES u (a)); "
        assert indexes(made)["k"].columns == ("a",)
        assert list(indexes(made + "CREATE INDEX ab ON t (a, b)")) == ["ab"]
        assert list(indexes(made + "ALTER TABLE t ADD PRIMARY KEY (a)")) == []
        assert list(indexes(made + "ALTER TABLE t ADD KEY ba (b, a)")) == ["k", "ba"]

    @pytest.mark.parametrize(("version", "count"), [("8.0.36", 0), ("9.7.1", 1)])
    def test_a_reference_in_a_column_counts_from_mysql_9_on(self, version: str, count: int) -> None:
        found = table(f"{of_version(version)}CREATE TABLE t (a int REFERENCES u (a) ON DELETE CASCADE)")
        assert len(found.constraints) == count

    def test_parts_of_an_index(self) -> None:
        found = indexes(
            "CREATE TABLE t (a varchar(10), b text, KEY x (a(3), b(5) DESC) INVISIBLE USING BTREE COMMENT ';',"
            " KEY whole (a(10)), FULLTEXT KEY f (b) WITH PARSER ngram, KEY h USING HASH (a)) ENGINE=InnoDB"
        )
        assert (found["x"].columns, found["x"].prefixes, found["x"].invisible) == (("a", "b"), (3, 5), True)
        assert found["whole"].prefixes == ()
        assert (found["f"].method, found["f"].parser, found["h"].method) == ("fulltext", "ngram", "btree")

    def test_a_memory_table_hashes(self) -> None:
        assert indexes("CREATE TABLE t (a int, KEY k (a)) ENGINE=MEMORY")["k"].method == "hash"

    def test_a_table_that_knows_no_foreign_keys_has_none(self) -> None:
        assert table("CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES u (a)) ENGINE=MyISAM").constraints == ()

    def test_checks_of_mariadb_are_their_columns(self) -> None:
        found = table("CREATE TABLE t (a int CHECK (a > 0), j json CHECK (json_valid(`j`)), CHECK (a < 9))", MARIADB)
        assert [(c.name, c.columns, c.definition) for c in found.constraints] == [
            ("a", ("a",), "a > 0"),
            ("j", ("j",), "json_valid(`j`)"),
            ("CONSTRAINT_1", (), "a < 9"),
        ]

    def test_columns_of_keys_are_written_as_the_table_has_them(self) -> None:
        found = table("CREATE TABLE t (Id int, PRIMARY KEY (ID))")
        assert found.primary_key is not None
        assert found.primary_key.columns == ("Id",)
        assert not found.columns[0].nullable


class TestTables:
    def test_options(self) -> None:
        found = table(
            "CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY) ENGINE = 'InnoDB', AUTO_INCREMENT=7 DEFAULT"
            " CHARSET=latin1"
            " ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 STATS_PERSISTENT=0 COMMENT='a; b' TABLESPACE `ts`"
            " CONNECTION='mysql://u:canary@h'"
        )
        assert (found.storage_engine, found.auto_increment, found.charset) == ("innodb", 7, "latin1")
        assert (found.row_format, found.tablespace) == ("compressed", "ts")
        assert dict(found.options) == {"key_block_size": "8", "stats_persistent": "0", "connection": "***"}

    def test_partitions(self) -> None:
        found = table(
            "CREATE TABLE t (a int, d date)\n/*!50100 PARTITION BY RANGE (year(`d`))\nSUBPARTITION BY HASH (a)\n"
            "(PARTITION p0 VALUES LESS THAN (2000) (SUBPARTITION s0, SUBPARTITION s1),\n"
            " PARTITION p1 VALUES LESS THAN MAXVALUE DATA DIRECTORY = '/x') */"
        )
        cut = found.partitioning
        assert cut is not None
        assert (cut.method, cut.expression, cut.partitions) == ("range", "year(`d`)", ("p0", "p1"))
        assert (found.partitioned, cut.subpartitioned) == (True, True)

    def test_a_copy_has_everything_but_foreign_keys(self) -> None:
        catalog = read(
            "CREATE TABLE m (a int PRIMARY KEY, b text, KEY k (b(5)), FOREIGN KEY (a) REFERENCES o (a), CHECK (a > 0))"
            " ENGINE=InnoDB CHARSET=latin1; CREATE TABLE t LIKE m; CREATE TABLE u (LIKE t)"
        )
        for name in ("t", "u"):
            found = catalog.table(TableName("db", name))
            assert found is not None
            assert [c.name for c in found.constraints] == ["PRIMARY", f"{name}_chk_1"]
            assert (found.charset, found.columns[1].charset) == ("latin1", "latin1")
        assert [(i.table.name, i.name) for i in catalog.indexes] == [("m", "k"), ("t", "k"), ("u", "k")]

    def test_the_final_state_counts(self) -> None:
        catalog = read(
            "CREATE TABLE a (i int PRIMARY KEY, j int, KEY (j)); CREATE TABLE b (i int, FOREIGN KEY (i)"
            " REFERENCES a (i));"
            "RENAME TABLE a TO z; ALTER TABLE z CHANGE i k bigint, DROP COLUMN j, ADD n text AFTER k;"
            "CREATE TABLE gone (i int); DROP TABLE IF EXISTS gone, never; CREATE VIEW v AS SELECT 1; DROP VIEW v"
        )
        z, b = catalog.tables
        assert (str(z.name), [(c.name, c.type) for c in z.columns]) == ("db.z", [("k", "bigint"), ("n", "text")])
        assert not z.columns[0].nullable
        assert (b.constraints[0].references, b.constraints[0].references_columns) == (z.name, ("k",))
        assert ([i.name for i in catalog.indexes], catalog.views) == (["i"], ())

    def test_partitions_change(self) -> None:
        found = table(
            "CREATE TABLE t (a int) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (1), PARTITION p1"
            " VALUES LESS THAN (9));"
            "ALTER TABLE t ADD PARTITION (PARTITION p2 VALUES LESS THAN (20)); ALTER TABLE t DROP PARTITION p0;"
            "ALTER TABLE t REORGANIZE PARTITION p1 INTO (PARTITION x VALUES LESS THAN (5), PARTITION y VALUES"
            " LESS THAN (9));"
        )
        assert found.partitioning is not None
        assert found.partitioning.partitions == ("x", "y", "p2")
        assert not table("CREATE TABLE t (a int) PARTITION BY HASH (a); ALTER TABLE t REMOVE PARTITIONING").partitioned

    def test_several_databases_and_none_of_the_servers_own(self) -> None:
        catalog = read(
            "CREATE DATABASE a; USE `a`; CREATE TABLE t (i int); CREATE TABLE b.u (i int);"
            "USE mysql; CREATE TABLE user (i int); CREATE TABLE `sys`.v (i int); DROP DATABASE IF EXISTS c"
        )
        assert [str(t.name) for t in catalog.tables] == ["a.t", "b.u"]
        assert catalog.schemas == ("a", "b")

    def test_temporary_tables_pass(self) -> None:
        assert (
            read("CREATE TEMPORARY TABLE t (a int); DROP TEMPORARY TABLE t; CREATE TEMPORARY TABLE u (a int)").tables
            == ()
        )

    def test_names_without_case_are_found_where_there_is_one(self) -> None:
        assert read("CREATE TABLE Orders (a int); ALTER TABLE orders ADD b int").tables[0].columns[1].name == "b"


class TestPrograms:
    def test_a_dumped_trigger(self) -> None:
        (trigger,) = read(
            "CREATE TABLE t (a int);\n/*!50003 SET sql_mode = 'STRICT_TRANS_TABLES' */ ;\nDELIMITER ;;\n"
            "/*!50003 CREATE*/ /*!50017 DEFINER=`me``x`@`10.%`*/ /*!50003 TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW"
            " begin set new.a = 1; /* y; */ end */;;\nDELIMITER ;\n"
        ).triggers
        assert (trigger.name, trigger.table, trigger.timing, trigger.event) == (
            "x",
            TableName("db", "t"),
            "before",
            "insert",
        )
        assert (trigger.definer, trigger.sql_mode) == ("me`x@10.%", "STRICT_TRANS_TABLES")
        assert trigger.definition == "begin set new.a = 1; /* y; */ end"

    def test_routines(self) -> None:
        f, p = read(
            "DELIMITER $$\nCREATE DEFINER=a@b FUNCTION f(x int(11), y enum('a','B')) RETURNS varchar(9) CHARSET utf8mb4"
            " DETERMINISTIC NO SQL COMMENT 'begin; x' RETURN 'x'$$\n"
            "CREATE PROCEDURE p(OUT z decimal(5,2), INOUT w text) SQL SECURITY INVOKER MODIFIES SQL DATA\nmain:"
            " BEGIN SELECT 1; END main$$"
        ).routines
        assert (f.kind, f.arguments, f.body) == ("function", "x int, y enum('a','B')", "RETURN 'x'")
        assert (f.deterministic, f.data_access, f.definer, f.security_definer) == (True, "no sql", "a@b", True)
        assert (p.kind, p.arguments) == ("procedure", "out z decimal(5,2), inout w text")
        assert (p.security_definer, p.data_access, p.deterministic) == (False, "modifies sql data", False)

    def test_a_function_of_a_library(self) -> None:
        catalog = read("CREATE AGGREGATE FUNCTION f RETURNS INTEGER SONAME 'f.so'")
        assert (catalog.routines, [(o.kind, o.name) for o in catalog.others]) == ((), [("loadable function", "f")])

    def test_events(self) -> None:
        a, b = read(
            "CREATE EVENT a ON SCHEDULE EVERY 2 HOUR STARTS NOW() ON COMPLETION NOT PRESERVE DISABLE ON REPLICA"
            " DO SELECT 1;"
            "CREATE DEFINER=x@y EVENT b ON SCHEDULE AT '2030-01-01 00:00:00' COMMENT 'do' DO CALL p();"
        ).events
        assert (a.schedule, a.enabled, a.definition) == ("every 2 hour", "replica", "SELECT 1")
        assert (b.schedule, b.enabled, b.definer) == ("at 2030-01-01 00:00:00", "enabled", "x@y")

    def test_a_dumped_view_takes_the_place_of_its_stand_in(self) -> None:
        (view,) = read(
            "/*!50001 CREATE VIEW `v` AS SELECT 1 AS `a`*/;\n/*!50001 DROP VIEW IF EXISTS `v`*/;\n"
            "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY INVOKER */\n"
            "/*!50001 VIEW `v` AS select `t`.`a` AS `a` from `t` */\n/*!50002 WITH CASCADED CHECK OPTION */;"
        ).views
        assert (view.definition, view.definer, view.security_definer) == (
            "select `t`.`a` AS `a` from `t`",
            "a@%",
            False,
        )

    def test_a_body_that_is_cut_at_its_first_semicolon_is_told(self) -> None:
        catalog = read_text(
            "CREATE TABLE t (a int); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END;", MYSQL
        )
        assert [unread.reason for unread in catalog.unread] == [
            "its body has no END: a DELIMITER command is missing before it",
            "the effect of END cannot be read",
        ]


class TestOtherObjects:
    def test_sequences(self) -> None:
        (a, b) = read(
            "CREATE SEQUENCE a start with 5 minvalue 1 maxvalue 99 increment by 2 cache 10 cycle ENGINE=InnoDB;\n"
            "DO SETVAL(`a`, 25, 0); CREATE SEQUENCE b; DO SETVAL(b, 1, 0)",
            MARIADB,
        ).sequences
        assert (a.increment, a.maximum, a.cycle, a.last_value) == (2, 99, True, 23)
        assert (b.maximum, b.cycle, b.last_value) == (9223372036854775806, False, None)

    def test_accounts_without_their_passwords(self) -> None:
        catalog = read_text(
            "CREATE USER 'app'@'10.0.%' IDENTIFIED WITH 'mysql_native_password' AS '*CANARY' REQUIRE SSL"
            " ACCOUNT LOCK;\n"
            "CREATE ROLE reader; GRANT SELECT, PROCESS ON *.* TO `app`@`10.0.%`; GRANT `reader`@`%` TO"
            " 'app'@'10.0.%';\n"
            "GRANT SELECT (a, b), INSERT ON `db`.* TO 'app'@'10.0.%'; GRANT ALL PRIVILEGES ON *.* TO"
            " root@localhost IDENTIFIED BY 'canary';\n"
            "FROB USER x IDENTIFIED BY 'canary';",
            MYSQL,
        )
        app, reader, root = catalog.accounts or ()
        assert (app.name, app.host, app.plugin, app.locked) == ("app", "10.0.%", "mysql_native_password", True)
        assert (app.privileges, app.member_of) == (("PROCESS", "SELECT"), ("reader@%",))
        assert (reader.login, root.superuser) == (False, True)
        assert len(catalog.unread) == 1
        assert "canary" not in repr(catalog).lower()

    def test_secrets_are_taken_out(self) -> None:
        catalog = read("CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h', PASSWORD 'canary')")
        assert catalog.others[0].name == "s"
        assert "canary" not in repr(catalog)


class TestHeader:
    def test_it_tells_version_and_database(self) -> None:
        catalog = read_text(HEADER + of_version("8.0.36-28") + "CREATE TABLE t (a int);" + END, MYSQL)
        assert (catalog.version, catalog.database) == (Version((8, 0, 36)), "shop")
        assert str(catalog.tables[0].name) == "shop.t"

    def test_a_given_schema_goes_before_the_headers(self) -> None:
        catalog = read_text(HEADER + "CREATE TABLE t (a int);" + END, MYSQL, schema="mine")
        assert catalog.schemas == ("mine",)

    def test_the_version_decides_what_a_comment_says(self) -> None:
        text = "CREATE TABLE t (a int /*!80023 INVISIBLE */)"
        assert not table(of_version("5.7.44") + text).columns[0].invisible
        assert table(of_version("8.0.36") + text).columns[0].invisible
        assert not table(of_version("10.11.6-MariaDB") + text, MARIADB).columns[0].invisible

    def test_phpmyadmin_says_it_in_its_own_way(self) -> None:
        head = "-- phpMyAdmin SQL Dump\n-- Server version: 10.4.32-MariaDB\n--\n-- Database: `sh``op`\n--\n"
        catalog = read(head + "CREATE TABLE `t` (`a` int(11));\nALTER TABLE `t` ADD PRIMARY KEY (`a`);", MARIADB)
        assert (catalog.version, str(catalog.tables[0].name)) == (Version((10, 4, 32)), "sh`op.t")

    def test_mariadb_passes_itself_off_as_mysql_5_5_5(self) -> None:
        assert read_text(of_version("5.5.5-10.6.11-MariaDB"), MARIADB).version == Version((10, 6, 11))

    def test_a_truncated_dump_is_told(self) -> None:
        assert "cut off" in read_text(HEADER + "CREATE TABLE t (a int);", MYSQL).unread[0].reason
        assert read_text(HEADER + "CREATE TABLE t (a int);" + END, MYSQL).unread == ()

    def test_what_the_dump_leaves_out_is_unknown(self) -> None:
        whole = "-- Dumping events for database 'shop'\n--\n\n--\n-- Dumping routines for database 'shop'\n--\n"
        assert read_text(HEADER + whole + END, MYSQL).unknown == ()
        assert read_text(HEADER + END, MYSQL).unknown == (
            "routines (the dump was made without --routines)",
            "events (the dump was made without --events)",
        )


class TestTraps:
    """What looks like a fault and is none."""

    def test_ansi_quotes_that_the_dump_does_not_announce(self) -> None:
        catalog = read(
            'CREATE TABLE "a""b" ("x y" int DEFAULT \'1\', PRIMARY KEY ("x y")); USE "z"; DROP TABLE IF EXISTS "q"'
        )
        assert (catalog.tables[0].name.name, catalog.tables[0].columns[0].name) == ('a"b', "x y")

    def test_mariadbs_dialect_of_oracle(self) -> None:
        found = table(
            "SET sql_mode = ORACLE; CREATE TABLE t (a date, b mariadb_schema.date, c varchar2(9), d number(5),"
            " e raw(3), f clob)",
            MARIADB,
        )
        types = ["datetime", "date", "varchar(9)", "decimal(5,0)", "varbinary(3)", "longtext"]
        assert [c.type for c in found.columns] == types

    def test_combined_modes(self) -> None:
        sql = "SET sql_mode = 'ANSI'; CREATE TABLE \"t\" (a real, b text DEFAULT ('x')); SET sql_mode = TRADITIONAL;"
        catalog = read(sql + "CREATE FUNCTION f() RETURNS int RETURN 1")
        assert [c.type for c in catalog.tables[0].columns] == ["float", "text"]
        assert "STRICT_ALL_TABLES" in str(catalog.routines[0].sql_mode)

    def test_keywords_as_names(self) -> None:
        catalog = read(
            "CREATE TABLE event (engine int PRIMARY KEY, comment text, `unique` int, `key` int, status int, value int,"
            " period int, vector int, `check` int, first int, after int, date date, text text, at time, enum"
            " enum('a'));"
            "CREATE TABLE `CREATE TABLE x (a int);` (`a;b` int, `1st` int, 2nd int, ünïcode int)"
        )
        assert [t.name.name for t in catalog.tables] == ["event", "CREATE TABLE x (a int);"]
        assert len(catalog.tables[0].columns) == 15
        assert [c.name for c in catalog.tables[1].columns] == ["a;b", "1st", "2nd", "ünïcode"]

    def test_ddl_in_strings_bodies_comments_and_rows(self) -> None:
        catalog = read(
            "# CREATE TABLE a (i int);\n-- CREATE TABLE b (i int);\n/* CREATE TABLE c (i int); */\n"
            "CREATE TABLE t (a varchar(99) DEFAULT 'ENGINE=MyISAM; CREATE TABLE d (i int);' COMMENT \"it's"
            ' ENGINE=CSV");'
            "INSERT INTO t VALUES ('x\\'; CREATE TABLE e (i int);'), (\"y;\"); REPLACE INTO t SELECT ';';"
            "DELIMITER //\nCREATE PROCEDURE p() BEGIN CREATE TABLE f (i int) ENGINE=MyISAM; DROP TABLE t; END//"
        )
        assert ([t.name.name for t in catalog.tables], catalog.tables[0].storage_engine) == (["t"], None)

    def test_ansi_quotes(self) -> None:
        found = table(
            'SET @old = @@sql_mode; SET sql_mode = \'ANSI_QUOTES\'; CREATE TABLE "t" ("a""b" int DEFAULT \'1\');'
            'SET sql_mode = @old; ALTER TABLE t ADD c varchar(5) DEFAULT "x"'
        )
        assert [(c.name, c.default) for c in found.columns] == [('a"b', "'1'"), ("c", "'x'")]

    def test_what_dumps_prepare_is_known_to_be_irrelevant(self) -> None:
        read("PREPARE s FROM @rocksdb_bulk_load; EXECUTE s; DEALLOCATE PREPARE s;")
        read("EXECUTE IMMEDIATE CONCAT('SET ROLE ', @current_role);", MARIADB)

    def test_rows_and_reads_are_known_to_be_irrelevant(self) -> None:
        read(
            "CREATE TABLE t (a int); LOCK TABLES `t` WRITE; /*!40000 ALTER TABLE `t` DISABLE KEYS */; UNLOCK TABLES;"
            "/*!40000 ALTER TABLE `elsewhere` DISABLE KEYS */; UPDATE t SET a = 1; DELETE FROM t; TRUNCATE t;"
            "SELECT count(*) FROM t; (SELECT 1); SHOW TABLES; START TRANSACTION; COMMIT; FLUSH PRIVILEGES;"
            "ANALYZE TABLE t; SET NAMES utf8; SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'aa-bb:1-5';"
            "WITH x AS (SELECT 1) SELECT * FROM x; SET PASSWORD = 'x';"
            "CHANGE MASTER TO MASTER_LOG_FILE='x', MASTER_LOG_POS=4;"
            "LOAD DATA INFILE 'x' INTO TABLE t; REVOKE ALL ON x.* FROM y"
        )


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("FROBNICATE t;", "FROBNICATE"),
        ("CREATE WIDGET w;", "WIDGET"),
        ("CREATE TABLE t AS SELECT 1;", "query"),
        ("CREATE TABLE t (a int) SELECT 1 AS a;", "query"),
        ("CREATE TABLE t (a int FLUFFY);", "fluffy"),
        ("CREATE TABLE t (a sometype);", "sometype"),
        ("CREATE TABLE t (a int) FLUFFY=1 FLUFF;", "fluff"),
        ("CREATE TABLE t (a int, b int", "too early"),
        ("CREATE TABLE before (a int);", "already created"),
        ("ALTER TABLE nowhere ADD COLUMN a int;", "nowhere"),
        ("ALTER TABLE before DROP COLUMN x;", "before.x"),
        ("ALTER TABLE before FLUFF;", "fluff"),
        ("CALL make_tables();", "CALL"),
        ("PREPARE x FROM 'CREATE TABLE y (a int)';", "PREPARE"),
        ("EXECUTE s;", "EXECUTE"),
        ("DELIMITER //\nBEGIN NOT ATOMIC CREATE TABLE x (a int); END//", "block"),
        ("EXECUTE IMMEDIATE 'DROP TABLE t';", "EXECUTE"),
        ("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES');", "quotes"),
        ("source other.sql", "another file"),
        ("SOURCE other.sql;", "another file"),
        ("\\. other.sql", "another file"),
        ("SELECT 'open", "ends in the middle"),
        ("INSERT INTO t VALUES ('open", "ends in the middle"),
        ("ALTER EVENT e DISABLE;", "event"),
    ],
)
def test_what_is_not_understood_is_kept_with_its_line(statement: str, why: str) -> None:
    catalog = read_text(f"CREATE TABLE before (a int);\n\n{statement}", MYSQL, "dump.sql")
    (unread,) = catalog.unread
    assert why.lower() in unread.reason.lower()
    assert unread.location.file == "dump.sql"
    assert unread.location.line in (3, 4)
    assert len(catalog.tables) == 1


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "code", "hint"),
        [
            (b"", "empty", "mysqldump --no-data --routines --triggers --events"),
            (b"\n \n", "empty", "mysqldump"),
            (b"-- PostgreSQL database dump\n", "other-engine", "--engine postgres"),
            (b"PGDMP\x01\x0f\x00", "custom-format", "pg_restore"),
            (b"\x1f\x8b\x08\x00rest", "truncated", "gunzip --test"),
            ("CREATE".encode("utf-16"), "not-utf-8", "--result-file"),
            (b"a\0b", "not-text", "mysqldump"),
            (b"<?xml version='1.0'?>\n<mysqldump>", "not-sql", "without --xml"),
            (b"CREATE TABLE caf\xe9 (a int);\n", "not-utf-8", "--default-character-set=utf8mb4"),
            (b"-- Server version\t10.11.6-MariaDB\n", "other-engine", "--engine mariadb"),
        ],
    )
    def test_what_is_no_schema_file_is_said_with_the_way_out(
        self, tmp_path: Path, content: bytes, code: str, hint: str
    ) -> None:
        path = tmp_path / "schema.sql"
        path.write_bytes(content)
        with pytest.raises(UnreadableSchemaError) as caught:
            read_file(path, MYSQL)
        assert caught.value.code == code
        assert hint in caught.value.hint
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("head", "given", "meant"),
        [
            ("-- MySQL dump 10.13  Distrib 8.0.36\n", Engine.POSTGRES, "mysql"),
            ("-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n", Engine.POSTGRES, "mariadb"),
            ("-- PostgreSQL database dump\n", MARIADB, "postgres"),
            (of_version("8.0.36"), MARIADB, "mysql"),
        ],
    )
    def test_a_dump_of_another_engine_is_told_by_its_name(self, head: str, given: Engine, meant: str) -> None:
        with pytest.raises(UnreadableSchemaError) as caught:
            read_text(head, given)
        assert (caught.value.code, caught.value.hint) == ("other-engine", f"Give --engine {meant}.")

    def test_rows_may_be_of_any_charset(self, tmp_path: Path) -> None:
        path = tmp_path / "schema.sql"
        path.write_bytes(
            b"\xef\xbb\xbfCREATE TABLE t (\r\n a int\r\n);\r\nINSERT INTO t VALUES ('\xe9\xff');\r\nSELECT 1;"
        )
        catalog = read_file(path, MYSQL)
        assert (len(catalog.tables), catalog.unread) == (1, ())


WORDS = (
    *("create", "alter", "drop", "table", "view", "index", "key", "t", "a", "k", "(", ")", ",", ";", "="),
    *(".", "@", "'x'", "`b`", "1", "-1", "int", "varchar(3)", "unique", "primary", "foreign"),
    *("references", "constraint", "check", "default", "not", "null", "add", "column", "modify", "change"),
    *("rename", "to", "as", "if", "exists", "or", "replace", "definer", "trigger", "before", "insert"),
    *("on", "for", "each", "row", "begin", "end", "procedure", "function", "returns", "event"),
    *("schedule", "every", "day", "do", "partition", "by", "range", "values", "less", "than", "charset"),
    *("utf8", "collate", "engine", "sequence", "start", "with", "grant", "user", "identified", "set"),
    *("sql_mode", "use", "select", "first", "after", "like", "temporary"),
)


class TestDamage:
    """Whatever the file holds, the reader says so or reads it: it never fails on its own."""

    @pytest.mark.parametrize("name", ["mysql", "mysql.dump", "mariadb", "mariadb.dump"])
    def test_a_file_cut_anywhere_is_read_as_far_as_it_goes(self, name: str) -> None:
        text = (Path(__file__).parent / f"fixture_{name}.sql").read_text(encoding="utf-8")
        engine = MARIADB if "mariadb" in name else MYSQL
        for end in range(1, len(text), 997):
            catalog = read_text(text[:end], engine)
            assert not (text.startswith("-- MySQL dump") and end > 100) or catalog.unread

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def test_a_statement_of_any_tokens_is_read_or_unread(self, data: st.DataObject) -> None:
        words = data.draw(st.lists(st.sampled_from(WORDS), max_size=25))
        read_text("CREATE TABLE t (a int, KEY k (a));" + " ".join(words), data.draw(st.sampled_from([MYSQL, MARIADB])))

    def test_brackets_that_nest_deep(self) -> None:
        catalog = read_text(f"CREATE TABLE t (a int DEFAULT {'(' * 5000}1{')' * 5000}); CREATE TABLE u (a int)", MYSQL)
        assert [t.name.name for t in catalog.tables] == ["u"]
        assert [unread.reason for unread in catalog.unread] == ["its brackets nest too deep"]


def test_the_report_says_what_the_dump_leaves_out() -> None:
    catalog = read_text(HEADER + of_version("8.0.36") + END, MYSQL)
    route = Route(MYSQL, catalog.version, TargetEngine.AURORA_MYSQL, Version((3, 8)))
    found = [f for f in run(catalog, route, today=date(2026, 11, 26)).findings if f.code == "MY406"]
    assert [(str(f.object), f.message) for f in found] == [
        ("dump mysql", "does not tell events (the dump was made without --events): no answer from any rule about that"),
        (
            "dump mysql",
            "does not tell routines (the dump was made without --routines): no answer from any rule about that",
        ),
    ]
