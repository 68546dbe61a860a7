"""DMS's control tables on the target, with the names and columns a real task makes (dms.md §7)."""

from __future__ import annotations

from psycopg import Connection, sql
from psycopg.rows import TupleRow

from migrate.sandbox.dms.worker.positions import PositionError, format_checkpoint, parse_position
from migrate.sandbox.dms.worker.spec import TaskSpec

SERVER_NAME = "localhost.localdomain"
"""What the tables say of the replication instance (assumption)."""
DEFAULT_SCHEMA = "public"

_TABLES = {
    "awsdms_apply_exceptions": """(
  "TASK_NAME" varchar(128) NOT NULL, "TABLE_OWNER" varchar(128) NOT NULL, "TABLE_NAME" varchar(128) NOT NULL,
  "ERROR_TIME" timestamp NOT NULL, "STATEMENT" text NOT NULL, "ERROR" text NOT NULL)""",
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
_ENABLED_BY = {
    "awsdms_status": "StatusTableEnabled",
    "awsdms_suspended_tables": "SuspendedTablesTableEnabled",
    "awsdms_history": "HistoryTableEnabled",
}
_NOW = "(now() AT TIME ZONE 'UTC')"


class ControlTables:
    """The tables of one task, on the connection that applies, so that they commit with the changes."""

    def __init__(self, spec: TaskSpec, target: Connection[TupleRow]) -> None:
        self._task = spec.task_id
        self._target = target
        self._schema = spec.settings.text("ControlTablesSettings", "ControlSchema") or DEFAULT_SCHEMA
        self.recovers = spec.captures and spec.settings.flag("TargetMetadata", "TaskRecoveryTableEnabled")
        self._kept = {"awsdms_apply_exceptions"}
        if self.recovers:
            self._kept.add("awsdms_txn_state")
        enabled = {table for table, key in _ENABLED_BY.items() if spec.settings.flag("ControlTablesSettings", key)}
        # A full-load task makes the exceptions table only (dms.md §5.2, ControlSchema).
        self._kept |= enabled if spec.captures else set()
        self.checkpoint_sql = (
            sql.SQL(
                'INSERT INTO {} ("SERVER_NAME", "TASK_NAME", "STATE_TIME", "CHECKPOINT")'
                f" VALUES ($1, $2, {_NOW}, $3)"
                ' ON CONFLICT ("SERVER_NAME", "TASK_NAME")'
                ' DO UPDATE SET "STATE_TIME" = excluded."STATE_TIME", "CHECKPOINT" = excluded."CHECKPOINT"'
            )
            .format(self._name("awsdms_txn_state"))
            .as_bytes()
        )

    def ensure(self) -> None:
        """Make what is missing. Raises psycopg.Error, as for a missing privilege."""
        there = self._target.execute(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (self._schema,)
        ).fetchone()
        if there is None:
            self._target.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self._schema)))
        found = self._target.execute(
            "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s", (self._schema,)
        )
        existing = {row[0] for row in found}
        for table in sorted(self._kept - existing):
            self._target.execute(sql.SQL("CREATE TABLE {} " + _TABLES[table]).format(self._name(table)))
            if table in _UNIQUE:
                index, columns = _UNIQUE[table]
                self._target.execute(
                    sql.SQL("CREATE UNIQUE INDEX {} ON {} ({})").format(
                        sql.Identifier(index),
                        self._name(table),
                        sql.SQL(", ").join(sql.Identifier(column) for column in columns),
                    )
                )

    def forget(self) -> None:
        """A fresh start: the old checkpoint and the old suspensions no longer hold."""
        if self.recovers:
            self._target.execute(
                sql.SQL('DELETE FROM {} WHERE "TASK_NAME" = %s').format(self._name("awsdms_txn_state")), (self._task,)
            )
        self.unsuspend()

    def unsuspend(self) -> None:
        """Delete the task's entries of awsdms_suspended_tables."""
        if "awsdms_suspended_tables" in self._kept:
            self._target.execute(
                sql.SQL("DELETE FROM {} WHERE task_name = %s").format(self._name("awsdms_suspended_tables")),
                (self._task,),
            )

    def checkpoint(self) -> int | None:
        """The position up to which the target holds everything, by awsdms_txn_state; None when it does not say."""
        if not self.recovers:
            return None
        row = self._target.execute(
            sql.SQL('SELECT "CHECKPOINT" FROM {} WHERE "SERVER_NAME" = %s AND "TASK_NAME" = %s').format(
                self._name("awsdms_txn_state")
            ),
            (SERVER_NAME, self._task),
        ).fetchone()
        try:
            return None if row is None else parse_position(row[0])
        except PositionError:
            return None

    def checkpoint_parameters(self, position: int) -> list[bytes | None]:
        """The parameters of `checkpoint_sql`."""
        return [SERVER_NAME.encode(), self._task.encode(), format_checkpoint(position).encode()]

    def exception(self, table: tuple[str, str], statement: str, error: str) -> None:
        """A change that was not applied, inside the transaction of the others (dms.md §7)."""
        self._target.execute(
            sql.SQL(f"INSERT INTO {{}} VALUES (%s, %s, %s, {_NOW}, %s, %s)").format(
                self._name("awsdms_apply_exceptions")
            ),
            (self._task, *table, statement.replace("\0", ""), error),
        )

    def suspended(self, table: tuple[str, str], reason: str) -> None:
        """A table whose changes are no longer applied."""
        if "awsdms_suspended_tables" in self._kept:
            self._target.execute(
                sql.SQL(f"INSERT INTO {{}} VALUES (%s, %s, %s, %s, %s, {_NOW}) ON CONFLICT DO NOTHING").format(
                    self._name("awsdms_suspended_tables")
                ),
                (SERVER_NAME, self._task, *table, reason),
            )

    def status(self, status: str, *, position: int = 0, pending: int = 0) -> None:
        """What the task does now: FULL LOAD, CHANGE PROCESSING or NOT RUNNING."""
        if "awsdms_status" in self._kept:
            at = format_checkpoint(position).removeprefix("checkpoint:") if position else ""
            self._target.execute(
                sql.SQL(
                    "INSERT INTO {} (server_name, task_name, task_status, status_time, pending_changes,"
                    f" source_current_position, source_tail_position) VALUES (%s, %s, %s, {_NOW}, %s, %s, %s)"
                    " ON CONFLICT (server_name, task_name) DO UPDATE SET task_status = excluded.task_status,"
                    " status_time = excluded.status_time, pending_changes = excluded.pending_changes,"
                    " source_current_position = excluded.source_current_position,"
                    " source_tail_position = excluded.source_tail_position"
                ).format(self._name("awsdms_status")),
                (SERVER_NAME, self._task, status, pending, at, at),
            )

    def _name(self, table: str) -> sql.Identifier:
        return sql.Identifier(self._schema, table)
