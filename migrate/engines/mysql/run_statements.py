"""What was run in these databases, as performance_schema counted it by digest."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import RunStatement
from migrate.engines.mysql.connection import Connection
from migrate.engines.mysql.permission import if_permitted
from migrate.model.measurement import RunStatements

_OFF = "statements of applications (performance_schema is off)"
_NOT_COUNTED = "statements of applications (the consumer statements_digest of performance_schema is off)"
_CLOSED = "statements of applications (no SELECT on performance_schema.*)"


def run_statements(connection: Connection, schemas: Sequence[str], most: int) -> RunStatements:
    """The ones that were run most often while one of these was the default database: whose they are is not told."""
    on = connection.rows("SHOW GLOBAL VARIABLES LIKE 'performance_schema'")
    if not on or str(on[0][1]).upper() != "ON":
        return RunStatements(None, _OFF)
    consumer = if_permitted(
        connection, "SELECT ENABLED FROM performance_schema.setup_consumers WHERE NAME = 'statements_digest'"
    )
    if consumer is None:
        return RunStatements(None, _CLOSED)
    if not consumer or consumer[0][0] != "YES":
        return RunStatements(None, _NOT_COUNTED)
    if not schemas:
        return RunStatements(())
    rows = if_permitted(
        connection,
        "SELECT MIN(DIGEST), DIGEST_TEXT, SUM(COUNT_STAR), SUM(SUM_TIMER_WAIT) / 1e12"
        " FROM performance_schema.events_statements_summary_by_digest"
        f" WHERE DIGEST_TEXT IS NOT NULL AND SCHEMA_NAME IN ({', '.join(['%s'] * len(schemas))})"
        " GROUP BY DIGEST_TEXT ORDER BY 3 DESC, 2 LIMIT %s",
        [*schemas, most],
    )
    if rows is None:
        return RunStatements(None, _CLOSED)
    return RunStatements(
        tuple(RunStatement(id=id_, text=text, calls=int(calls), seconds=float(took)) for id_, text, calls, took in rows)
    )
