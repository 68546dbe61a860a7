"""Which engine moves a task's rows: both endpoints must be of one family (EngineName of dms.md §2)."""

from __future__ import annotations

from collections.abc import Callable

from migrate.sandbox.dms.worker.engine import Engine
from migrate.sandbox.dms.worker.errors import TaskFailedError
from migrate.sandbox.dms.worker.mysql.engine import MySqlEngine
from migrate.sandbox.dms.worker.postgres.engine import PostgresEngine
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.spec import TaskSpec

FAMILIES: dict[str, Callable[[Reporter], Engine]] = {
    "postgres": PostgresEngine,
    "aurora-postgresql": PostgresEngine,
    "mysql": MySqlEngine,
    "mariadb": MySqlEngine,
    "aurora": MySqlEngine,
}


def engine_of(spec: TaskSpec, reporter: Reporter) -> Engine:
    """The engine of both sides. Raises TaskFailedError when the worker has no code for the pair."""
    source, target = (FAMILIES.get(end.engine) for end in (spec.source, spec.target))
    if source is None or source is not target:
        raise TaskFailedError(f"The stand-in moves no rows from {spec.source.engine} to {spec.target.engine}.")
    return source(reporter)
