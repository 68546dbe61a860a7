"""CaptureDdls, the audit table and event trigger on a PostgreSQL source; the DDL of a target (dms.md §10, §19.17)."""

from __future__ import annotations

import re
import time

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.altering import Differences
from migrate.sandbox.dms.worker.changes import Change, Ddl
from migrate.sandbox.dms.worker.errors import RecoverableError
from migrate.sandbox.dms.worker.postgres.catalog import Column
from migrate.sandbox.dms.worker.postgres.errors import is_recoverable, words
from migrate.sandbox.dms.worker.postgres.preparation import created_type
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.routing import Route
from migrate.sandbox.dms.worker.spec import Endpoint
from migrate.sandbox.dms.worker.stopping import StopSignal

AUDIT, INTERCEPT = "awsdms_ddl_audit", "awsdms_intercept_ddl"
SEEN_SECONDS, LOOK_SECONDS = 10.0, 0.002
"""How long a commit may stay unseen; one that waits for a standby that is gone never is seen."""
_NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_DROP = re.compile(
    rf"\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?({_NAME}(?:\s*\.\s*{_NAME})?(?:\s*,\s*{_NAME}(?:\s*\.\s*{_NAME})?)*)",
    re.IGNORECASE,
)
_ONE = re.compile(rf"({_NAME})(?:\s*\.\s*({_NAME}))?")
_VERBS = {b"CREATE TABLE": "CREATE", b"ALTER TABLE": "ALTER", b"DROP TABLE": "DROP"}
_TABLE = """
CREATE TABLE {audit} (
  c_key bigserial PRIMARY KEY, c_time timestamp, c_user varchar(64), c_txn varchar(16), c_tag varchar(24),
  c_oid integer, c_name varchar(64), c_schema varchar(64), c_ddlqry text)
"""
_FUNCTION = """
CREATE FUNCTION {function}() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE
  touched record;
BEGIN
  IF tg_tag = 'DROP TABLE' THEN
    INSERT INTO {audit} (c_time, c_user, c_txn, c_tag, c_schema, c_ddlqry)
    VALUES (now(), session_user, txid_current(), tg_tag, current_schema, current_query());
  ELSE
    FOR touched IN SELECT DISTINCT c.relname, n.nspname, c.oid
      FROM pg_catalog.pg_event_trigger_ddl_commands() d
      JOIN pg_catalog.pg_class c ON c.oid = d.objid AND d.classid = 'pg_catalog.pg_class'::regclass
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE d.object_type IN ('table', 'table column') AND c.relname NOT LIKE 'awsdms\\_%'
    LOOP
      INSERT INTO {audit} (c_time, c_user, c_txn, c_tag, c_oid, c_name, c_schema, c_ddlqry)
      VALUES (now(), session_user, txid_current(), tg_tag, touched.oid::int8::int4, touched.relname, touched.nspname,
        current_query());
    END LOOP;
  END IF;
  DELETE FROM {audit};
END
$body$
"""
_TRIGGER = """
CREATE EVENT TRIGGER {trigger} ON ddl_command_end
WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'DROP TABLE') EXECUTE FUNCTION {function}()
"""


class DdlCapture:
    """The artefacts on the source; their rows in the log are the DDL."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._wanted = str(endpoint.settings.get("CaptureDdls", True)).lower() == "true"
        self._schema = str(endpoint.settings.get("DdlArtifactsSchema") or "public")

    def install(self, source: Connection[TupleRow], reporter: Reporter) -> None:
        """Make the artefacts; that a login without the right to goes on without them is an assumption.

        On RDS a member of rds_superuser may make them; a stock server wants a superuser for an event trigger. The
        columns are the documented ones; what fills them, and the body of the function, is the stand-in's own.
        """
        if not self._wanted or self._there(source):
            return
        names = {
            "audit": sql.Identifier(self._schema, AUDIT),
            "function": sql.Identifier(self._schema, INTERCEPT),
            "trigger": sql.Identifier(INTERCEPT),
        }
        try:
            with source.transaction():
                for text in (_TABLE, _FUNCTION, _TRIGGER):
                    source.execute(sql.SQL(text).format(**names))
        except psycopg.Error as error:
            if is_recoverable(error):
                raise RecoverableError(words(error)) from None
            reporter.log(
                "WARNING", f"CaptureDdls: the artefacts could not be made, DDL is not captured: {words(error)}"
            )

    def read(self, source: Connection[TupleRow], table: tuple[str, str], change: Change, stop: StopSignal) -> list[Ddl]:
        """The DDL that a change of an unrouted table tells of, once the source's other sessions see it as well."""
        if table != (self._schema, AUDIT) or change.kind != "I" or change.new is None:
            return []
        row = dict(zip(change.new.columns, change.new.values, strict=True))
        tag, schema, name, query = (row.get(one) for one in (b"c_tag", b"c_schema", b"c_name", b"c_ddlqry"))
        verb = _VERBS.get(tag) if isinstance(tag, bytes) else None
        if verb is None:
            return []
        number = row.get(b"c_txn")
        if isinstance(number, bytes):
            _wait_until_seen(source, int(number), stop)
        home = schema.decode() if isinstance(schema, bytes) else "public"
        if isinstance(name, bytes):
            return [Ddl((home, name.decode()), verb)]
        return [Ddl(one, verb) for one in _dropped(query.decode() if isinstance(query, bytes) else "", home)]

    @staticmethod
    def _there(source: Connection[TupleRow]) -> bool:
        query = "SELECT 1 FROM pg_catalog.pg_event_trigger WHERE evtname = %s"
        return source.execute(query, (INTERCEPT,)).fetchone() is not None


def _wait_until_seen(source: Connection[TupleRow], transaction: int, stop: StopSignal) -> None:
    """A commit is streamed when it is on disk, a moment before other sessions see what it did."""
    deadline = time.monotonic() + SEEN_SECONDS
    query = "SELECT txid_visible_in_snapshot(%s, txid_current_snapshot())"
    while source.execute(query, (transaction,)).fetchone() != (True,) and time.monotonic() < deadline:
        stop.pause(LOOK_SECONDS)


def _dropped(query: str, schema: str) -> list[tuple[str, str]]:
    """The tables that DROP TABLE statements of a query name; `schema` is that of a bare name."""
    names: list[tuple[str, str]] = []
    for statement in _DROP.finditer(query):
        for one in _ONE.finditer(statement[1]):
            first, second = _plain(one[1]), _plain(one[2]) if one[2] else ""
            names.append((first, second) if second else (schema, first))
    return names


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def alter(target: Connection[TupleRow], route: Route[Column], changed: Differences[Column], *, booleans: bool) -> None:
    """Repeat an ALTER TABLE; new columns get the types that DMS makes (dms.md §12).

    A column whose type changed gets the source's own where the target had the source's before (assumption).
    """
    table = sql.Identifier(*route.target_name)
    for old, new in changed.renamed:
        _run(target, "ALTER TABLE {} RENAME COLUMN {} TO {}", table, sql.Identifier(old), sql.Identifier(new))
    for name in changed.dropped:
        _run(target, "ALTER TABLE {} DROP COLUMN {}", table, sql.Identifier(name))
    for column, name in changed.added:
        kind = sql.SQL(created_type(column, booleans=booleans))
        _run(target, "ALTER TABLE {} ADD COLUMN {} {}", table, sql.Identifier(name), kind)
    for was, now, name in changed.retyped:
        there = route.target.column(name) if route.target is not None else None
        same = there is not None and there.type_sql == was.type_sql
        kind = sql.SQL(now.type_sql if same else created_type(now, booleans=booleans))
        _run(target, "ALTER TABLE {0} ALTER COLUMN {1} TYPE {2} USING {1}::{2}", table, sql.Identifier(name), kind)


def drop(target: Connection[TupleRow], route: Route[Column]) -> None:
    """Repeat a DROP TABLE."""
    _run(target, "DROP TABLE IF EXISTS {}", sql.Identifier(*route.target_name))


def _run(target: Connection[TupleRow], text: str, *parts: sql.Composable) -> None:
    target.execute(sql.SQL(text).format(*parts))
