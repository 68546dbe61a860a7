"""LoopbackPreventionSettings: what a task repeats it marks, and the task that goes the other way skips it (dms.md §14).

The first row that a transaction on the target writes is the mark. The columns of its table are an assumption, and so is
that the task makes the table where it writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrate.sandbox.dms.worker.spec import TaskSpec

TABLE = "awsdms_loopback_prevention"
SECTION = "LoopbackPreventionSettings"
COLUMNS = "(task_name varchar(128) NOT NULL PRIMARY KEY, marks bigint NOT NULL)"


@dataclass(frozen=True)
class Loopback:
    """Where the two tasks of a pair leave their marks: this one on its target, the other one on this one's source."""

    source_schema: str
    target_schema: str

    @classmethod
    def of(cls, spec: TaskSpec) -> Loopback | None:
        """None for a task without prevention, or one that follows no changes."""
        if not spec.captures or not spec.settings.flag(SECTION, "EnableLoopbackPrevention"):
            return None
        return cls(spec.settings.text(SECTION, "SourceSchema"), spec.settings.text(SECTION, "TargetSchema"))

    @property
    def read(self) -> tuple[str, str]:
        """The other task's table, on the source."""
        return self.source_schema, TABLE
