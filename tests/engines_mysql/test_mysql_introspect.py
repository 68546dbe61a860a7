"""The catalog of a live server: what rules ask about is there, as the server counts it, and nothing that is not the
user's; what an account may not read is unknown and said to be."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from checks.facts import Catalog, Column, ConstraintKind, Origin, Table, TableName
from checks.route import Engine
from checks.server_facts import FOREVER
from migrate.engines.mysql import introspect
from migrate.engines.mysql.connection import Connections
from migrate.model.database import Address, Credentials, Side
from migrate.sandbox.servers.mysql import MySqlServer

pytestmark = pytest.mark.server

FreshDatabase = Callable[[MySqlServer], str]
BOTH = ("mysql_server", "mariadb_server")


@pytest.fixture
def server(request: pytest.FixtureRequest) -> MySqlServer:
    found: MySqlServer = request.getfixturevalue(request.param)
    return found


both = pytest.mark.parametrize("server", BOTH, indirect=True)


def told(server: MySqlServer, *schemas: str, user: Credentials | None = None) -> Catalog:
    """What the toolkit's master, or another account, is told of these databases."""
    address = Address(Engine(server.engine), server.host, server.port, schemas[0], ca_file=str(server.ca_file))
    connections = Connections(address, user or Credentials(server.master_user, server.master_password), Side.SOURCE)
    try:
        with connections.use() as connection:
            return introspect.catalog(connection, schemas)
    finally:
        connections.close()


def run(server: MySqlServer, database: str, *statements: str) -> None:
    with (
        server.connect(database, server.master_user, server.master_password) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SET SESSION sql_mode = ''")
        for statement in statements:
            cursor.execute(statement)


def rows(server: MySqlServer, statement: str) -> list[tuple[Any, ...]]:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def columns_of(table: Table) -> dict[str, Column]:
    return {column.name: column for column in table.columns}


RICH = (
    "CREATE TABLE shelf (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL UNIQUE,"
    " flag tinyint(1) DEFAULT 0, padded int(5) zerofill, born year DEFAULT 2020, bits bit(3) DEFAULT b'101',"
    " price decimal(10,2) DEFAULT 1.50, kind enum('it''s','B') NOT NULL DEFAULT 'B', note text, raw blob,"
    " at timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),"
    " seen datetime DEFAULT current_timestamp, never date NOT NULL DEFAULT '0000-00-00',"
    " bytes varbinary(8) DEFAULT 'ab',"
    " old varchar(10) CHARACTER SET latin1, blank varchar(5) DEFAULT '', doc json,"
    " total int GENERATED ALWAYS AS (padded + 1) STORED,"
    " label varchar(40) GENERATED ALWAYS AS (concat(code, 'x')) VIRTUAL,"
    " KEY cut (note(10), code), FULLTEXT KEY words (note), CHECK (padded > 0))"
    " AUTO_INCREMENT = 42 COLLATE utf8mb4_general_ci ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8",
    "CREATE TABLE book (id bigint PRIMARY KEY, shelf int unsigned, code varchar(20) COLLATE utf8mb4_general_ci,"
    " CONSTRAINT on_shelf FOREIGN KEY (shelf) REFERENCES shelf (id) ON DELETE CASCADE ON UPDATE SET NULL,"
    " FOREIGN KEY (code) REFERENCES shelf (code))",
    "CREATE TABLE place (spot point NOT NULL, SPATIAL KEY here (spot))",
    "CREATE TABLE loan (id int NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (year(day))"
    " (PARTITION old VALUES LESS THAN (2020), PARTITION rest VALUES LESS THAN maxvalue)",
    "CREATE TABLE cached (id int, KEY by_hash USING HASH (id)) ENGINE = MEMORY",
    "CREATE SQL SECURITY INVOKER VIEW codes AS SELECT code FROM shelf",
    "CREATE TRIGGER fills BEFORE INSERT ON book FOR EACH ROW SET new.code = upper(new.code)",
    "CREATE PROCEDURE clean(IN least int, OUT found varchar(10)) MODIFIES SQL DATA DELETE FROM book WHERE id < least",
    "CREATE FUNCTION next_id(a int) RETURNS int DETERMINISTIC NO SQL RETURN a + 1",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM book",
    "CREATE EVENT once ON SCHEDULE AT '2037-01-01 00:00:00' DO DELETE FROM book",
)


@both
def test_a_rich_database_is_told_as_it_is(server: MySqlServer, fresh_mysql_database: FreshDatabase) -> None:
    name = fresh_mysql_database(server)
    run(server, name, *RICH)
    catalog = told(server, name)
    assert (catalog.origin, catalog.engine.value, catalog.schemas) == (Origin.LIVE, server.engine, (name,))
    assert [table.name.name for table in catalog.tables] == ["book", "cached", "loan", "place", "shelf"]
    book, cached, loan, place, shelf = catalog.tables
    columns = columns_of(shelf)
    assert {column.name: column.type for column in shelf.columns} == {
        "id": "int unsigned", "code": "varchar(20)", "flag": "tinyint(1)", "padded": "int(5) unsigned zerofill",
        "born": "year", "bits": "bit(3)", "price": "decimal(10,2)", "kind": "enum('it''s','B')", "note": "text",
        "raw": "blob", "at": "timestamp(3)", "seen": "datetime", "never": "date", "bytes": "varbinary(8)",
        "old": "varchar(10)", "blank": "varchar(5)", "total": "int", "label": "varchar(40)",
        "doc": "json" if server.engine == "mysql" else "longtext",
    }  # fmt: skip
    assert {column.name: column.default for column in shelf.columns if column.default is not None} == {
        "flag": "'0'", "born": "'2020'", "bits": "b'101'", "price": "'1.50'", "kind": "'B'", "blank": "''",
        "at": "current_timestamp(3)", "seen": "current_timestamp", "never": "'0000-00-00'", "bytes": "'ab'",
    }  # fmt: skip
    assert (columns["id"].auto_increment, columns["at"].on_update) == (True, "current_timestamp(3)")
    assert (columns["total"].generated, columns["total"].stored) == ("`padded` + 1", True)
    assert (columns["label"].stored, columns["label"].default) == (False, None)
    assert (columns["old"].charset, columns["old"].collation) == ("latin1", "latin1_swedish_ci")
    assert (columns["code"].charset, columns["raw"].charset) == ("utf8mb4", None)
    assert (shelf.storage_engine, shelf.row_format, shelf.auto_increment) == ("innodb", "compressed", 42)
    assert shelf.options == (("key_block_size", "8"),)
    assert shelf.collation == "utf8mb4_general_ci"
    assert shelf.primary_key is not None
    assert shelf.primary_key.columns == ("id",)
    by_kind = {kind: [c.name for t, c in catalog.constraints(kind) if t is shelf] for kind in ConstraintKind}
    assert by_kind[ConstraintKind.UNIQUE] == ["code"]
    assert len(by_kind[ConstraintKind.CHECK]) == (1 if server.engine == "mysql" else 2)
    keys = {c.name: c for c in book.constraints if c.kind is ConstraintKind.FOREIGN_KEY}
    assert (keys["on_shelf"].on_delete, keys["on_shelf"].on_update) == ("cascade", "set null")
    assert keys["on_shelf"].references == TableName(name, "shelf")
    other = keys["book_ibfk_1"]
    assert (other.columns, other.references_columns, other.on_delete) == (("code",), ("code",), None)
    assert place.primary_key is None
    assert cached.storage_engine == "memory"
    assert loan.partitioning is not None
    assert (loan.partitioning.method, loan.partitioning.partitions) == ("range", ("old", "rest"))
    assert [(index.name, index.method, index.columns, index.prefixes) for index in catalog.indexes] == [
        ("code", "btree", ("code",), ()),
        ("on_shelf", "btree", ("shelf",), ()),
        ("by_hash", "hash", ("id",), ()),
        ("here", "spatial", ("spot",), ()),
        ("cut", "btree", ("note", "code"), (10, None)),
        ("words", "fulltext", ("note",), ()),
    ]
    master = f"{server.master_user}@%"
    assert [(view.name.name, view.definer, view.security_definer) for view in catalog.views] == [
        ("codes", master, False)
    ]
    assert [(t.name, t.timing, t.event, t.definer) for t in catalog.triggers] == [("fills", "before", "insert", master)]
    assert [(r.name, r.kind, r.arguments, r.data_access) for r in catalog.routines] == [
        ("clean", "procedure", "in least int, out found varchar(10)", "modifies sql data"),
        ("next_id", "function", "a int", "no sql"),
    ]
    assert catalog.routines[1].deterministic
    assert [(e.name, e.enabled, e.schedule) for e in catalog.events] == [
        ("nightly", "disabled", "every 1 day"),
        ("once", "enabled", "at 2037-01-01 00:00:00"),
    ]
    assert catalog.bytes
    assert catalog.settings is not None
    assert catalog.settings["binlog_format"] == "ROW"


@both
def test_the_counts_are_the_servers_own(server: MySqlServer, fresh_mysql_database: FreshDatabase) -> None:
    name = fresh_mysql_database(server)
    run(server, name, *RICH)
    catalog = told(server, name)

    def count(view: str, condition: str, what: str = "*") -> int:
        column = "constraint_schema" if "constraint" in view else f"{view.removesuffix('s')}_schema"
        column = "table_schema" if view in ("tables", "views", "statistics") else column
        asked = f"SELECT COUNT({what}) FROM information_schema.{view} WHERE {column} = '{name}' AND {condition}"
        return int(rows(server, asked)[0][0])

    keys = [(table, c) for kind in ConstraintKind for table, c in catalog.constraints(kind)]
    assert len(catalog.tables) == count("tables", "table_type = 'BASE TABLE'")
    assert len(catalog.views) == count("views", "1")
    assert len(keys) == count("table_constraints", "1")
    unique = [c for _, c in keys if c.kind in (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)]
    assert len(catalog.indexes) + len(unique) == count("statistics", "1", "DISTINCT table_name, index_name")
    assert len(catalog.triggers) == count("triggers", "1")
    assert len(catalog.routines) == count("routines", "1")
    assert len(catalog.events) == count("events", "1")
    assert {table.name.name: len(table.columns) for table in catalog.tables} == dict(
        rows(
            server,
            "SELECT table_name, COUNT(*) FROM information_schema.columns JOIN information_schema.tables"
            f" USING (table_schema, table_name) WHERE table_schema = '{name}' AND table_type = 'BASE TABLE' GROUP BY 1",
        )
    )


def test_what_mysql_alone_has_is_told(mysql_server: MySqlServer, fresh_mysql_database: FreshDatabase) -> None:
    name = fresh_mysql_database(mysql_server)
    run(
        mysql_server,
        name,
        "CREATE TABLE t (id int PRIMARY KEY, hidden int INVISIBLE, code varchar(36) DEFAULT (uuid()),"
        " spot point NOT NULL SRID 4326, name varchar(9) GENERATED ALWAYS AS (concat(code, 'a''b')) STORED,"
        " KEY sum_of ((id + 1)), KEY unseen (id) INVISIBLE, CONSTRAINT lax CHECK (id > 0) NOT ENFORCED)"
        " COMPRESSION = 'zlib' COMMENT = 'a=b KEY_BLOCK_SIZE=4'",
    )
    catalog = told(mysql_server, name)
    (table,) = catalog.tables
    columns = columns_of(table)
    assert columns["hidden"].invisible
    assert columns["code"].default == "uuid()"
    assert columns["spot"].srid == 4326
    assert columns["name"].generated == "concat(`code`,_utf8mb4'a\\'b')"
    assert [(index.name, index.columns, index.invisible) for index in catalog.indexes] == [
        ("sum_of", ("(`id` + 1)",), False),
        ("unseen", ("id",), True),
    ]
    assert [(c.name, c.validated, c.definition) for c in table.constraints if c.kind is ConstraintKind.CHECK] == [
        ("lax", False, "`id` > 0")
    ]
    assert table.options == (("compression", "zlib"),)
    assert columns["code"].collation == dict(catalog.schema_collations)[name]


def test_what_mariadb_alone_has_is_told(mariadb_server: MySqlServer, fresh_mysql_database: FreshDatabase) -> None:
    name = fresh_mysql_database(mariadb_server)
    run(
        mariadb_server,
        name,
        "CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2 CACHE 10",
        "CREATE SEQUENCE unused",
        "CREATE TABLE t (id uuid PRIMARY KEY DEFAULT uuid(), host inet6, wide varchar(100) COMPRESSED,"
        " n bigint DEFAULT nextval(numbers), hidden int INVISIBLE, positive int CHECK (positive > 0),"
        " KEY unseen (n) IGNORED) COLLATE utf8mb4_uca1400_ai_ci PAGE_COMPRESSED = 1",
        "CREATE TABLE history (id int PRIMARY KEY) WITH SYSTEM VERSIONING",
        "SELECT nextval(numbers)",
    )
    catalog = told(mariadb_server, name)
    history, table = catalog.tables
    columns = columns_of(table)
    assert (history.versioned, table.versioned) == (True, False)
    assert history.primary_key is not None
    assert history.primary_key.columns == ("id",)
    assert [columns[name].type for name in ("id", "host", "wide", "n")] == ["uuid", "inet6", "varchar(100)", "bigint"]
    assert (columns["wide"].compressed, columns["hidden"].invisible) == (True, True)
    assert columns["n"].default == f"nextval(`{name}`.`numbers`)"
    assert columns["wide"].collation == "utf8mb4_uca1400_ai_ci"
    assert ("page_compressed", "1") in table.options
    assert [(index.name, index.invisible) for index in catalog.indexes] == [("unseen", True)]
    assert [(c.columns, c.definition) for c in table.constraints if c.kind is ConstraintKind.CHECK] == [
        (("positive",), "`positive` > 0")
    ]
    assert [(str(s.name), s.last_value, s.increment) for s in catalog.sequences] == [
        (f"{name}.numbers", 23, 2),
        (f"{name}.unused", None, 1),
    ]


@pytest.fixture
def stranger(server: MySqlServer) -> Iterator[Credentials]:
    """An account that may read every table, and nothing of the server."""
    made = Credentials(f"reader_{secrets.token_hex(3)}", secrets.token_urlsafe(12))
    server.execute(
        f"CREATE USER {made.user}@'%' IDENTIFIED BY '{made.password}'",
        f"GRANT SELECT ON `fresh\\_%`.* TO {made.user}@'%'",
    )
    yield made
    server.execute(f"DROP USER {made.user}@'%'")


@both
def test_what_an_account_may_not_read_is_unknown(
    server: MySqlServer, stranger: Credentials, fresh_mysql_database: FreshDatabase
) -> None:
    name = fresh_mysql_database(server)
    run(server, name, *RICH)
    catalog = told(server, name, user=stranger)
    assert [table.name.name for table in catalog.tables] == ["book", "cached", "loan", "place", "shelf"]
    assert catalog.accounts is None
    assert catalog.state is not None
    assert (catalog.state.standby, catalog.state.writers) == (None, None)
    assert catalog.state.privileges == ()
    assert catalog.state.user == f"{stranger.user}@%"
    assert catalog.state.binary_log is not None
    assert (catalog.state.binary_log.enabled, catalog.state.binary_log.file) == (True, None)
    said = " ".join(catalog.unknown)
    for what in ("accounts", "loadable functions", "open transactions", "the text of 1 views"):
        assert what in said
    if server.engine == "mysql":
        assert catalog.state.prepared is None


@both
def test_accounts_come_with_hosts_roles_and_privileges_and_never_with_a_password(
    server: MySqlServer, fresh_mysql_database: FreshDatabase
) -> None:
    name = fresh_mysql_database(server)
    user, role = f"app_{secrets.token_hex(3)}", f"role_{secrets.token_hex(3)}"
    server.execute(
        f"CREATE USER {user}@'10.1.%' IDENTIFIED BY 'a secret of the test' ACCOUNT LOCK",
        f"CREATE ROLE {role}",
        f"GRANT {role} TO {user}@'10.1.%'",
        f"GRANT SUPER, PROCESS ON *.* TO {user}@'10.1.%'",
    )
    try:
        catalog = told(server, name)
        assert catalog.accounts is not None
        found = {account.full_name: account for account in catalog.accounts}
        app = found[f"{user}@10.1.%"]
        assert (app.superuser, app.locked, app.login, app.sessions) == (True, True, True, 0)
        assert app.privileges == ("PROCESS", "SUPER")
        name_of_role = f"{role}@%" if server.engine == "mysql" else role
        assert app.member_of == (name_of_role,)
        assert not found[name_of_role].login
        assert not found[f"{server.master_user}@%"].superuser
        assert found[f"{server.master_user}@%"].replication
        assert "secret" not in repr(catalog.accounts)
        assert "*" not in repr(app)
    finally:
        server.execute(f"DROP USER {user}@'10.1.%'", f"DROP ROLE {role}")


@both
def test_the_state_tells_the_log_open_transactions_and_prepared_ones(
    server: MySqlServer, fresh_mysql_database: FreshDatabase
) -> None:
    name = fresh_mysql_database(server)
    run(server, name, "CREATE TABLE t (id int PRIMARY KEY)")
    with (
        server.connect(name, server.master_user, server.master_password, autocommit=False) as writer,
        writer.cursor() as cursor,
    ):
        cursor.execute("SELECT CONNECTION_ID()")
        (mine,) = cursor.fetchone() or (None,)
        cursor.execute("INSERT INTO t VALUES (1)")
        time.sleep(1.1)
        state = told(server, name).state
        assert state is not None
        assert state.writers is not None
        (found,) = [one for one in state.writers if one.pid == mine]
        assert found.database == name
        assert 1 <= found.seconds < 120
        writer.rollback()
        cursor.execute("XA START 'one', 'two', 3")
        cursor.execute("INSERT INTO t VALUES (2)")
        cursor.execute("XA END 'one', 'two', 3")
        cursor.execute("XA PREPARE 'one', 'two', 3")
    state = told(server, name).state
    assert state is not None
    assert state.prepared is not None
    assert state.binary_log is not None
    assert state.binary_log.enabled
    assert (state.binary_log.file or "").rpartition(".")[2].isdigit()
    assert state.binary_log.position
    # MariaDB's RDS-like master has no SLAVE MONITOR.
    assert state.standby is (False if server.engine == "mysql" else None)
    (prepared,) = state.prepared
    with server.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(f"XA ROLLBACK {prepared.gid}")
    after = told(server, name).state
    assert after is not None
    assert after.prepared == ()


@both
def test_retention_is_rds_own_where_there_is_one(server: MySqlServer, fresh_mysql_database: FreshDatabase) -> None:
    name = fresh_mysql_database(server)

    def kept() -> tuple[int | None, str | None]:
        state = told(server, name).state
        assert state is not None
        assert state.binary_log is not None
        return state.binary_log.kept_seconds, state.binary_log.kept_by

    server.execute("UPDATE mysql.rds_configuration SET value = 72 WHERE name = 'binlog retention hours'")
    assert kept() == (72 * 3600, "binlog retention hours")
    server.execute("UPDATE mysql.rds_configuration SET value = NULL WHERE name = 'binlog retention hours'")
    assert kept() == (0, "binlog retention hours")
    server.execute("RENAME TABLE mysql.rds_configuration TO mysql.hidden_configuration")
    try:
        before = rows(server, "SELECT @@global.binlog_expire_logs_seconds")[0][0]
        server.execute("SET GLOBAL binlog_expire_logs_seconds = 172800")
        assert kept() == (172800, "binlog_expire_logs_seconds")
        server.execute("SET GLOBAL binlog_expire_logs_seconds = 0")
        assert kept() == (FOREVER, "binlog_expire_logs_seconds")
        server.execute(f"SET GLOBAL binlog_expire_logs_seconds = {before}")
    finally:
        server.execute("RENAME TABLE mysql.hidden_configuration TO mysql.rds_configuration")


def test_a_session_that_left_the_log_is_seen(mysql_server: MySqlServer, fresh_mysql_database: FreshDatabase) -> None:
    name = fresh_mysql_database(mysql_server)
    with mysql_server.connect(name) as quiet, quiet.cursor() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        cursor.execute("SET SESSION binlog_row_image = 'MINIMAL'")
        state = told(mysql_server, name).state
    assert state is not None
    assert state.odd_sessions is not None
    assert {"sql_log_bin=OFF", "binlog_row_image=MINIMAL"} <= set(state.odd_sessions)


@both
def test_odd_names_survive(server: MySqlServer, fresh_mysql_database: FreshDatabase) -> None:
    name = fresh_mysql_database(server)
    run(
        server,
        name,
        "CREATE TABLE `a``b c%d` (`1 'x' \"y\"` int PRIMARY KEY, `ü` enum('A''b','%s','c,d') NOT NULL)",
        "CREATE TABLE `UPPER` (id int PRIMARY KEY)",
        "CREATE TABLE `upper` (id int PRIMARY KEY)",
    )
    catalog = told(server, name)
    assert sorted(table.name.name for table in catalog.tables) == ["UPPER", "a`b c%d", "upper"]
    odd = next(table for table in catalog.tables if table.name.name.startswith("a"))
    assert [(column.name, column.type) for column in odd.columns] == [
        ("1 'x' \"y\"", "int"),
        ("ü", "enum('A''b','%s','c,d')"),
    ]


@both
def test_no_database_of_the_servers_or_the_toolkits_own_is_told(server: MySqlServer) -> None:
    server.execute("CREATE DATABASE IF NOT EXISTS aurora_migrate", "CREATE DATABASE IF NOT EXISTS awsdms_control")
    try:
        address = Address(Engine(server.engine), server.host, server.port, "", ca_file=str(server.ca_file))
        connections = Connections(address, Credentials(server.master_user, server.master_password), Side.SOURCE)
        with connections.use() as connection:
            catalog = introspect.catalog(connection)
        connections.close()
        hidden = {"mysql", "sys", "information_schema", "performance_schema", "aurora_migrate", "awsdms_control"}
        assert not hidden & set(catalog.schemas)
        assert not hidden & {table.name.schema for table in catalog.tables}
    finally:
        server.execute("DROP DATABASE aurora_migrate", "DROP DATABASE awsdms_control")
