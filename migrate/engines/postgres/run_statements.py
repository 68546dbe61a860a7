"""What was run in this database, as pg_stat_statements counted it."""

from __future__ import annotations

import psycopg

from checks.facts import RunStatement
from migrate.engines.postgres.connection import Connection
from migrate.engines.postgres.quoting import identifier
from migrate.engines.postgres.reading import lacking
from migrate.model.measurement import RunStatements

_TOOK = (
    "(to_jsonb(s) ->> CASE WHEN to_jsonb(s) ? 'total_exec_time' THEN 'total_exec_time' ELSE 'total_time' END)::float8"
)
"""Milliseconds of execution: the column got its name in version 1.8 of the extension."""
_HIDDEN = "<insufficient privilege>"
"""What stands for the text of another user's statement."""
_ABSENT = "statements of applications (the extension pg_stat_statements is not in this database)"
_NOT_LOADED = "statements of applications (pg_stat_statements is not in shared_preload_libraries)"
_CLOSED = "statements of applications (no pg_read_all_stats)"


def run_statements(connection: Connection, most: int) -> RunStatements:
    """The ones that were run most often, without those of this login."""
    home = connection.execute(
        "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " WHERE e.extname = 'pg_stat_statements'"
    ).fetchone()
    if home is None:
        return RunStatements(None, _ABSENT)
    try:
        with connection.transaction():
            rows = connection.execute(
                "SELECT coalesce(min(queryid)::text, '?'), query, sum(calls)::bigint, sum(took)::float8 / 1000"
                f" FROM (SELECT s.*, {_TOOK} AS took FROM {identifier(home[0])}.pg_stat_statements AS s) AS counted"
                " WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
                " AND userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user) AND query IS NOT NULL"
                " GROUP BY query ORDER BY 3 DESC, 2 LIMIT $1",
                [most],
            ).fetchall()
    except psycopg.errors.ObjectNotInPrerequisiteState:
        return RunStatements(None, _NOT_LOADED)
    except psycopg.errors.InsufficientPrivilege as error:
        return RunStatements(None, f"statements of applications (no {lacking(error)})")
    told = [row for row in rows if row[1] != _HIDDEN]
    if rows and not told:
        return RunStatements(None, _CLOSED)
    seen = tuple(RunStatement(id=id_, text=text, calls=calls, seconds=took) for id_, text, calls, took in told)
    return RunStatements(seen, _CLOSED if len(told) < len(rows) else "")
