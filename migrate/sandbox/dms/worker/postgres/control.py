"""The control tables of a PostgreSQL target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.spec import TaskSpec

_UNIQUE = {
    "awsdms_txn_state": ("awsdms_txn_state_task_recovery_index", ("SERVER_NAME", "TASK_NAME")),
    "awsdms_status": ("awsdms_status_task_status_index", ("server_name", "task_name")),
    "awsdms_suspended_tables": (
        "awsdms_suspended_tables_task_suspended_tables_index",
        ("server_name", "task_name", "table_owner", "table_name"),
    ),
    "awsdms_history": (
        "awsdms_history_task_history_index",
        ("server_name", "task_name", "timeslot_type", "timeslot"),
    ),
}


class PostgresControlTables(ControlTables):
    """The names are folded to lower case but for the tables that DMS quotes."""

    default_schema = "public"
    now = "(now() AT TIME ZONE 'UTC')"
    lock = "SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtext(%s))"
    unlock = "SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtext(%s))"
    definitions = {
        "awsdms_apply_exceptions": """(
  "TASK_NAME" varchar(128) NOT NULL, "TABLE_OWNER" varchar(128) NOT NULL, "TABLE_NAME" varchar(128) NOT NULL,
  "ERROR_TIME" timestamp NOT NULL, "STATEMENT" text NOT NULL, "ERROR" text NOT NULL)""",
        "awsdms_validation_failures_v1": """(
  "TASK_NAME" varchar(128) NOT NULL, "TABLE_OWNER" varchar(128) NOT NULL, "TABLE_NAME" varchar(128) NOT NULL,
  "FAILURE_TIME" timestamp NOT NULL, "KEY_TYPE" varchar(128) NOT NULL, "KEY" text NOT NULL,
  "FAILURE_TYPE" varchar(128) NOT NULL, "DETAILS" text NOT NULL)""",
        "awsdms_txn_state": """(
  "SERVER_NAME" varchar(128) NOT NULL, "TASK_NAME" varchar(128) NOT NULL, "STATE_TIME" timestamp NOT NULL,
  "CHECKPOINT" varchar(1024) NOT NULL)""",
        "awsdms_status": """(
  server_name varchar(128) NOT NULL, task_name varchar(128) NOT NULL, task_status varchar(32), status_time timestamp,
  pending_changes int8, disk_swap_size int8, task_memory int8, source_current_position varchar(128),
  source_current_timestamp timestamp, source_tail_position varchar(128), source_tail_timestamp timestamp,
  source_timestamp_applied timestamp)""",
        "awsdms_suspended_tables": """(
  server_name varchar(128) NOT NULL, task_name varchar(128) NOT NULL, table_owner varchar(128) NOT NULL,
  table_name varchar(128) NOT NULL, suspend_reason varchar(32), suspend_timestamp timestamp)""",
        "awsdms_history": """(
  server_name varchar(128) NOT NULL, task_name varchar(128) NOT NULL, timeslot_type varchar(32) NOT NULL,
  timeslot timestamp NOT NULL, timeslot_duration int8, timeslot_latency int8, timeslot_records int8,
  timeslot_volume int8)""",
    }

    def __init__(self, spec: TaskSpec, target: Connection[TupleRow]) -> None:
        super().__init__(spec)
        self._target = target

    def execute(self, text: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        cursor = self._target.execute(text.encode(), parameters or None)
        return cursor.fetchall() if cursor.description else []

    def qualified(self, schema: str, table: str) -> str:
        return sql.Identifier(schema, table).as_string()

    def column(self, name: str) -> str:
        return sql.Identifier(name).as_string()

    def existing(self) -> set[str]:
        if not self.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (self.schema,)):
            self.execute(f"CREATE SCHEMA {sql.Identifier(self.schema).as_string()}")
        rows = self.execute("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s", (self.schema,))
        return {row[0] for row in rows}

    def create(self, table: str) -> None:
        self.execute(f"CREATE TABLE {self.name(table)} {self.definitions[table]}")
        if table in _UNIQUE:
            index, columns = _UNIQUE[table]
            listed = ", ".join(map(self.column, columns))
            self.execute(f"CREATE UNIQUE INDEX {self.column(index)} ON {self.name(table)} ({listed})")

    def counting(self, insert: str, table: str) -> str:
        return f"{insert} ON CONFLICT (task_name) DO UPDATE SET marks = {table}.marks + 1"

    def overwriting(self, insert: str, key: Sequence[str], columns: Sequence[str]) -> str:
        sets = ", ".join(f"{self.column(one)} = excluded.{self.column(one)}" for one in columns)
        return f"{insert} ON CONFLICT ({', '.join(map(self.column, key))}) DO UPDATE SET {sets}"
