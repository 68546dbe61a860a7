"""The target has no room for another row."""

from __future__ import annotations

from functools import partial

import psycopg
import pymysql

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene
from migrate.sandbox.servers import mysql_quoting, quoting
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.server import Server

NAME = "sandbox_no_room"
LOCK_SECONDS = 10
DISK_FULL, TABLE_FULL = "53100", 1114
"""PostgreSQL's SQLSTATE and MySQL's number of a server without space."""
_OWN = "('pg_catalog', 'information_schema', 'mysql', 'performance_schema', 'sys')"


def begin(scene: Scene, asked: Asked) -> Effect:
    """Triggers answer every new and changed row of every table there is as a server without space does.

    An error of the environment, which a task tries again (dms.md §8). That a full server would refuse more than rows,
    its own log first of all, is not shown. Raises SandboxError when a table stays locked.
    """
    server = asked.on(scene, "target")
    end = partial(_relieve, server)
    try:
        end()  # of one that was set and never cleared
        tables = _fill(server)
    except (psycopg.Error, pymysql.MySQLError) as error:
        end()
        words = str(error) if isinstance(error, psycopg.Error) else str(error.args[-1])
        raise SandboxError(f"the target cannot be made to have no room: {words.splitlines()[0]}") from None
    return Effect(f"{tables} tables of the target have no room for another row", end)


def _fill(server: Server) -> int:
    if isinstance(server, PostgresServer):
        return sum(_fill_database(server, database) for database in _databases(server))
    assert isinstance(server, MySqlServer)
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}")
        tables = _mysql_tables(server)
        for number, (schema, table) in enumerate(tables):
            for event in ("INSERT", "UPDATE"):
                name = f"{mysql_quoting.identifier(schema)}.{mysql_quoting.identifier(f'{NAME}_{number}_{event}')}"
                there = f"{mysql_quoting.identifier(schema)}.{mysql_quoting.identifier(table)}"
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {there} FOR EACH ROW SIGNAL SQLSTATE 'HY000'"
                    f" SET MYSQL_ERRNO = {TABLE_FULL}, MESSAGE_TEXT = 'The table is full'"
                )
    return len(tables)


def _fill_database(server: PostgresServer, database: str) -> int:
    """In one transaction, so that a table which stays locked leaves nothing of it."""
    home = quoting.identifier(NAME)
    with server.connect(database) as connection, connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        # Rows lie in leaves: a partitioned table itself has none, and would hand its trigger down a second time.
        tables = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            f" WHERE c.relkind = 'r' AND n.nspname NOT IN {_OWN} ORDER BY 1, 2"
        ).fetchall()
        connection.execute(f"CREATE SCHEMA {home}")
        connection.execute(
            f"CREATE FUNCTION {home}.refuse() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN"
            f" RAISE 'could not extend file: No space left on device' USING ERRCODE = '{DISK_FULL}'; END $body$"
        )
        for schema, table in tables:
            there = f"{quoting.identifier(schema)}.{quoting.identifier(table)}"
            connection.execute(
                f"CREATE TRIGGER {home} BEFORE INSERT OR UPDATE ON {there}"
                f" FOR EACH ROW EXECUTE FUNCTION {home}.refuse()"
            )
            # A task applies as a replica, for which triggers of the usual kind do not fire.
            connection.execute(f"ALTER TABLE {there} ENABLE ALWAYS TRIGGER {home}")
    return len(tables)


def _relieve(server: Server) -> None:
    if isinstance(server, PostgresServer):
        for database in _databases(server):
            server.execute(f"DROP SCHEMA IF EXISTS {quoting.identifier(NAME)} CASCADE", database=database)
        return
    assert isinstance(server, MySqlServer)
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT trigger_schema, trigger_name FROM information_schema.triggers WHERE trigger_name LIKE %s",
            (NAME.replace("_", r"\_") + "%",),
        )
        for schema, name in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {mysql_quoting.identifier(schema)}.{mysql_quoting.identifier(name)}")


def _databases(server: PostgresServer) -> list[str]:
    with server.connect() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1")
        return [str(name) for (name,) in rows]


def _mysql_tables(server: MySqlServer) -> list[tuple[str, str]]:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            f" WHERE table_type = 'BASE TABLE' AND table_schema NOT IN {_OWN} ORDER BY 1, 2"
        )
        return [(str(schema), str(table)) for schema, table in cursor.fetchall()]


KIND = Kind(
    "target-full",
    "the target has no room for another row",
    begin,
    takes=("server", "seconds"),
)
