"""How long a task's full load takes, and by what that is told."""

from __future__ import annotations

from migrate.model.assessment import Measured
from migrate.stages.replicate.planning.asked import Asked, AskedTask


def expected(asked: Asked, task: AskedTask) -> Measured | None:
    """By rows at a rate that was measured, else by bytes at one that is assumed. None where no size is known.

    The longest single table bounds it from below, unless it is loaded in parts: subtasks take a table each.
    """
    tables = [asked.table(name) for name in task.tables]
    rate = asked.rate
    if rate.rows_per_second:
        rows = [table.rows for table in tables]
        if None not in rows:
            total = sum(row or 0 for row in rows)
            return Measured(total / rate.rows_per_second, f"{total:,} rows; {rate.basis}")
    sizes = [table.bytes for table in tables]
    if not sizes or None in sizes:
        return None
    total = sum(size or 0 for size in sizes)
    return Measured(total / rate.bytes_per_second, f"{total / 1024**2:,.1f} MiB; {rate.basis}")
