"""DMS's control tables on the target, with the names and columns a real task makes (dms.md §7)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from migrate.sandbox.dms.worker import loopback
from migrate.sandbox.dms.worker.loopback import Loopback
from migrate.sandbox.dms.worker.spec import TaskSpec

SERVER_NAME = "localhost.localdomain"
"""What the tables say of the replication instance (assumption)."""
_ENABLED_BY = {
    "awsdms_status": "StatusTableEnabled",
    "awsdms_suspended_tables": "SuspendedTablesTableEnabled",
    "awsdms_history": "HistoryTableEnabled",
}


class ControlTables(ABC):
    """The tables of one task, on the connection that applies, so that they commit with the changes.

    An engine gives names, column types and its way to overwrite a row. Every method may raise the driver's errors.
    """

    default_schema: ClassVar[str]
    definitions: ClassVar[Mapping[str, str]]
    """Table to the columns, in parentheses, of its CREATE TABLE."""
    now: ClassVar[str]
    """The present time in UTC."""
    lock: ClassVar[str]
    """Waits until the session alone holds a lock of a name, and `unlock` lets go of it."""
    unlock: ClassVar[str]
    options: ClassVar[str] = ""
    """What stands behind the columns of a new table."""

    def __init__(self, spec: TaskSpec) -> None:
        self.task = spec.task_id
        self.schema = spec.settings.text("ControlTablesSettings", "ControlSchema") or self.default_schema
        self.recovers = spec.captures and spec.settings.flag("TargetMetadata", "TaskRecoveryTableEnabled")
        self._loopback = Loopback.of(spec)
        self._kept = {"awsdms_apply_exceptions"}
        if self.recovers:
            self._kept.add("awsdms_txn_state")
        enabled = {table for table, key in _ENABLED_BY.items() if spec.settings.flag("ControlTablesSettings", key)}
        # A full-load task makes the exceptions table only (dms.md §5.2, ControlSchema).
        self._kept |= enabled if spec.captures else set()
        if spec.validates:
            self._kept.add("awsdms_validation_failures_v1")

    @abstractmethod
    def execute(self, text: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement with `%s` for its parameters."""

    @abstractmethod
    def qualified(self, schema: str, table: str) -> str:
        """The quoted name of any table."""

    @abstractmethod
    def column(self, name: str) -> str:
        """The quoted name of a column."""

    @abstractmethod
    def existing(self) -> set[str]:
        """The tables of the control schema, which is made when it is missing."""

    @abstractmethod
    def create(self, table: str) -> None:
        """Make one table with its unique index."""

    @abstractmethod
    def counting(self, insert: str, table: str) -> str:
        """The INSERT of a mark as one that counts where the task has left one before."""

    @abstractmethod
    def overwriting(self, insert: str, key: Sequence[str], columns: Sequence[str]) -> str:
        """The INSERT as one that overwrites these columns of a row with the same key."""

    def name(self, table: str) -> str:
        """The quoted name of a control table."""
        return self.qualified(self.schema, table)

    def ensure(self) -> None:
        """Make what is missing, one task at a time: several that begin together share the tables."""
        self.execute(self.lock, (self.schema,))
        for table in sorted(self._kept - self.existing()):
            self.create(table)
        if self._loopback is not None:
            name = self.qualified(self._loopback.target_schema, loopback.TABLE)
            self.execute(f"CREATE TABLE IF NOT EXISTS {name} {loopback.COLUMNS}{self.options}")
        self.execute(self.unlock, (self.schema,))

    def forget(self) -> None:
        """A fresh start: the old checkpoint and the old suspensions no longer hold."""
        if self.recovers:
            self.execute(
                f"DELETE FROM {self.name('awsdms_txn_state')} WHERE {self.column('TASK_NAME')} = %s", (self.task,)
            )
        self.unsuspend()

    def unsuspend(self, *tables: tuple[str, str]) -> None:
        """Delete the task's entries of awsdms_suspended_tables, or those of some tables alone."""
        if "awsdms_suspended_tables" not in self._kept:
            return
        delete = f"DELETE FROM {self.name('awsdms_suspended_tables')} WHERE task_name = %s"
        if not tables:
            self.execute(delete, (self.task,))
        for table in tables:
            self.execute(f"{delete} AND table_owner = %s AND table_name = %s", (self.task, *table))

    def checkpoint(self) -> str | None:
        """The checkpoint up to which the target holds everything, by awsdms_txn_state; None when it does not say."""
        if not self.recovers:
            return None
        rows = self.execute(
            f"SELECT {self.column('CHECKPOINT')} FROM {self.name('awsdms_txn_state')}"
            f" WHERE {self.column('SERVER_NAME')} = %s AND {self.column('TASK_NAME')} = %s",
            (SERVER_NAME, self.task),
        )
        return str(rows[0][0]) if rows else None

    def checkpoint_sql(self, marks: Sequence[str]) -> str:
        """The statement that keeps a checkpoint; `marks` stand for server, task and checkpoint."""
        columns = ("SERVER_NAME", "TASK_NAME", "STATE_TIME", "CHECKPOINT")
        server, task, checkpoint = marks
        insert = (
            f"INSERT INTO {self.name('awsdms_txn_state')} ({', '.join(map(self.column, columns))})"
            f" VALUES ({server}, {task}, {self.now}, {checkpoint})"
        )
        return self.overwriting(insert, columns[:2], columns[2:])

    def mark_sql(self, task: str) -> str:
        """The statement that marks a transaction as a repeated one; `task` stands for the task. Empty: none is marked.

        It counts, for MySQL logs no row that stays as it is.
        """
        if self._loopback is None:
            return ""
        table = self.qualified(self._loopback.target_schema, loopback.TABLE)
        return self.counting(f"INSERT INTO {table} (task_name, marks) VALUES ({task}, 1)", table)

    def exception(self, table: tuple[str, str], statement: str, error: str) -> None:
        """A change that was not applied, inside the transaction of the others (dms.md §7)."""
        self.execute(
            f"INSERT INTO {self.name('awsdms_apply_exceptions')} VALUES (%s, %s, %s, {self.now}, %s, %s)",
            (self.task, *table, statement.replace("\0", ""), error),
        )

    def validation_failures(self, table: tuple[str, str], rows: Sequence[tuple[str, str, str]]) -> None:
        """A table's rows that differ, as (KEY, FAILURE_TYPE, DETAILS), in place of those found before (dms.md §7)."""
        name = self.name("awsdms_validation_failures_v1")
        mine = " AND ".join(f"{self.column(one)} = %s" for one in ("TASK_NAME", "TABLE_OWNER", "TABLE_NAME"))
        self.execute(f"DELETE FROM {name} WHERE {mine}", (self.task, *table))
        for key, kind, details in rows:
            self.execute(
                f"INSERT INTO {name} VALUES (%s, %s, %s, {self.now}, 'Row', %s, %s, %s)",
                (self.task, *table, key, kind, details),
            )

    def suspended(self, table: tuple[str, str], reason: str) -> None:
        """A table whose changes are no longer applied."""
        if "awsdms_suspended_tables" in self._kept:
            columns = ("server_name", "task_name", "table_owner", "table_name")
            insert = f"INSERT INTO {self.name('awsdms_suspended_tables')} VALUES (%s, %s, %s, %s, %s, {self.now})"
            self.execute(
                self.overwriting(insert, columns, ("suspend_reason",)), (SERVER_NAME, self.task, *table, reason[:32])
            )

    def status(self, status: str, *, checkpoint: str = "", pending: int = 0) -> None:
        """What the task does now: FULL LOAD, CHANGE PROCESSING or NOT RUNNING."""
        if "awsdms_status" in self._kept:
            at = checkpoint.removeprefix("checkpoint:")[:128]
            columns = (
                "task_status",
                "status_time",
                "pending_changes",
                "source_current_position",
                "source_tail_position",
            )
            insert = (
                f"INSERT INTO {self.name('awsdms_status')} (server_name, task_name, {', '.join(columns)})"
                f" VALUES (%s, %s, %s, {self.now}, %s, %s, %s)"
            )
            self.execute(
                self.overwriting(insert, ("server_name", "task_name"), columns),
                (SERVER_NAME, self.task, status, pending, at, at),
            )
