"""The control tables of a MySQL target, in the database awsdms_control unless another is named (dms.md §5.2, §7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.sandbox.dms.worker.control import ControlTables
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.spec import TaskSpec

_OF_TASK = "server_name varchar(128) NOT NULL, task_name varchar(128) NOT NULL"


class MySqlControlTables(ControlTables):
    """Column names have no case here, so all tables are written alike."""

    default_schema = "awsdms_control"
    now = "UTC_TIMESTAMP()"
    lock = "SELECT GET_LOCK(%s, 300)"
    unlock = "SELECT RELEASE_LOCK(%s)"
    # InnoDB whatever the server's default, for a checkpoint must commit with its changes.
    options = " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    definitions = {
        "awsdms_apply_exceptions": """(
  TASK_NAME varchar(128) NOT NULL, TABLE_OWNER varchar(128) NOT NULL, TABLE_NAME varchar(128) NOT NULL,
  ERROR_TIME datetime NOT NULL, STATEMENT longtext NOT NULL, ERROR longtext NOT NULL)""",
        "awsdms_validation_failures_v1": """(
  TASK_NAME varchar(128) NOT NULL, TABLE_OWNER varchar(128) NOT NULL, TABLE_NAME varchar(128) NOT NULL,
  FAILURE_TIME datetime NOT NULL, KEY_TYPE varchar(128) NOT NULL, `KEY` longtext NOT NULL,
  FAILURE_TYPE varchar(128) NOT NULL, DETAILS longtext NOT NULL)""",
        "awsdms_txn_state": """(
  SERVER_NAME varchar(128) NOT NULL, TASK_NAME varchar(128) NOT NULL, STATE_TIME datetime NOT NULL,
  CHECKPOINT varchar(1024) NOT NULL,
  UNIQUE KEY awsdms_txn_state_task_recovery_index (SERVER_NAME, TASK_NAME))""",
        "awsdms_status": f"""(
  {_OF_TASK}, task_status varchar(32), status_time datetime,
  pending_changes bigint, disk_swap_size bigint, task_memory bigint, source_current_position varchar(128),
  source_current_timestamp datetime, source_tail_position varchar(128), source_tail_timestamp datetime,
  source_timestamp_applied datetime,
  UNIQUE KEY awsdms_status_task_status_index (server_name, task_name))""",
        "awsdms_suspended_tables": f"""(
  {_OF_TASK}, table_owner varchar(128) NOT NULL, table_name varchar(128) NOT NULL, suspend_reason varchar(32),
  suspend_timestamp datetime,
  UNIQUE KEY awsdms_suspended_tables_index (server_name, task_name, table_owner, table_name))""",
        "awsdms_history": f"""(
  {_OF_TASK}, timeslot_type varchar(32) NOT NULL, timeslot datetime NOT NULL, timeslot_duration bigint,
  timeslot_latency bigint, timeslot_records bigint, timeslot_volume bigint,
  UNIQUE KEY awsdms_history_task_history_index (server_name, task_name, timeslot_type, timeslot))""",
    }

    def __init__(self, spec: TaskSpec, target: Connection) -> None:
        super().__init__(spec)
        self._target = target

    def execute(self, text: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return run(self._target, text, parameters or None)

    def qualified(self, schema: str, table: str) -> str:
        return quoting.name(schema, table).decode()

    def column(self, name: str) -> str:
        return quoting.name(name).decode()

    def existing(self) -> set[str]:
        if not self.execute("SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", (self.schema,)):
            self.execute(f"CREATE DATABASE {self.column(self.schema)} CHARACTER SET utf8mb4")
        rows = self.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", (self.schema,))
        return {str(row[0]).lower() for row in rows}

    def create(self, table: str) -> None:
        self.execute(f"CREATE TABLE IF NOT EXISTS {self.name(table)} {self.definitions[table]}{self.options}")

    def counting(self, insert: str, table: str) -> str:
        return f"{insert} ON DUPLICATE KEY UPDATE marks = marks + 1"

    def overwriting(self, insert: str, key: Sequence[str], columns: Sequence[str]) -> str:
        sets = ", ".join(f"{self.column(one)} = VALUES({self.column(one)})" for one in columns)
        return f"{insert} ON DUPLICATE KEY UPDATE {sets}"
