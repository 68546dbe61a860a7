"""Every lie, asked of every feed."""

from __future__ import annotations

from checks.finding import Severity
from migrate.model.feed_status import HonestyFinding
from migrate.stages.replicate.watching.honesty import log, rows, tables, task, values
from migrate.stages.replicate.watching.honesty.lie import Subject

LIES = tuple(sorted((*task.LIES, *tables.LIES, *rows.LIES, *values.LIES, *log.LIES), key=lambda lie: lie.code))
WORST_FIRST = tuple(Severity)


def judge(subject: Subject) -> list[HonestyFinding]:
    """Worst first."""
    found = [finding for lie in LIES for finding in lie.told(subject)]
    return sorted(found, key=lambda one: WORST_FIRST.index(one.severity))
