"""Changes of one table are refused by the target."""

from __future__ import annotations

from functools import partial

import psycopg
import pymysql

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.faults.fault import Asked, Effect, Kind, Scene
from migrate.sandbox.servers import mysql_quoting, quoting
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.postgres import PostgresServer

NAME = "sandbox_refuses_rows"
LOCK_SECONDS = 10
REFUSED = 3819
"""MySQL's number for a row that a CHECK refuses."""


def begin(scene: Scene, asked: Asked) -> Effect:
    """The superuser makes the table refuse every new and changed row, as a constraint too many would.

    On PostgreSQL it is a CHECK that is not validated; on MySQL, where a CHECK asks the old rows too, triggers with
    the same error. The policies of ErrorBehavior decide what becomes of it (dms.md §5.2, §19 item 14).
    Raises SandboxError when there is no such table.
    """
    schema, _, table = (asked.table or "").rpartition(".")
    if not schema:
        raise SandboxError(f"{asked.table!r} names no table", hint="say schema.table; on MySQL database.table")
    server = asked.on(scene, "target")
    try:
        if isinstance(server, PostgresServer):
            return _refuse_by_check(server, schema, table)
        assert isinstance(server, MySqlServer)
        return _refuse_by_trigger(server, schema, table)
    except (psycopg.Error, pymysql.MySQLError) as error:
        raise SandboxError(f"{asked.table} cannot be made to refuse rows: {_words(error)}") from None


def _refuse_by_check(server: PostgresServer, schema: str, table: str) -> Effect:
    database = _database_with(server, schema, table)
    name = f"{quoting.identifier(schema)}.{quoting.identifier(table)}"
    server.execute(
        f"SET lock_timeout = '{LOCK_SECONDS}s'",
        f"ALTER TABLE {name} ADD CONSTRAINT {NAME} CHECK (false) NOT VALID",
        database=database,
    )
    undo = f"ALTER TABLE IF EXISTS {name} DROP CONSTRAINT IF EXISTS {NAME}"
    return Effect(f"a CHECK on {schema}.{table} refuses every row", partial(server.execute, undo, database=database))


def _database_with(server: PostgresServer, schema: str, table: str) -> str:
    with server.connect() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname").fetchall()
    for (database,) in rows:
        with server.connect(database) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = %s", [schema, table]
            ).fetchone()
        if found:
            return str(database)
    raise SandboxError(f"there is no table {schema}.{table} on the target")


def _refuse_by_trigger(server: MySqlServer, schema: str, table: str) -> Effect:
    here = mysql_quoting.identifier(schema)
    signal = f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {REFUSED}, MESSAGE_TEXT = 'the row is refused'"
    names = {event: f"{here}.{mysql_quoting.identifier(f'{NAME}_{event.lower()}')}" for event in ("INSERT", "UPDATE")}
    undo = [f"DROP TRIGGER IF EXISTS {name}" for name in names.values()]
    make = [
        f"CREATE TRIGGER {name} BEFORE {event} ON {here}.{mysql_quoting.identifier(table)} FOR EACH ROW {signal}"
        for event, name in names.items()
    ]
    server.execute(f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}", *undo, *make)
    return Effect(f"triggers on {schema}.{table} refuse every row", partial(server.execute, *undo))


def _words(error: psycopg.Error | pymysql.MySQLError) -> str:
    words = str(error) if isinstance(error, psycopg.Error) else str(error.args[-1])
    return words.splitlines()[0]


KIND = Kind(
    "apply-error",
    "one table of the target refuses every new and changed row",
    begin,
    takes=("table", "server", "seconds"),
    needs=("table",),
)
