"""Whether every table is loaded and fed. The state of a task does not tell, and a marker passes by a table that is
suspended, or that the task never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.facts import TableName
from migrate.errors import SaysNo
from migrate.model.replication import GIVEN_UP, ReplicationTask, TableState
from migrate.model.watching import ControlTables
from migrate.stages.replicate.world import ReplicateWorld, TaskRequest

UNSEEN = "not known to the task"
LATE_SECONDS = 60.0
"""AWS shows a task's new state a moment before its tables' new ones."""


def amiss(task: ReplicationTask, wanted: Sequence[TableName]) -> tuple[str, ...]:
    """The wanted tables that are not complete, each with its state."""
    states = {one.table: one.state for one in task.tables}
    return tuple(
        f"{table} ({states.get(table) or UNSEEN})" for table in wanted if states.get(table) != TableState.COMPLETED
    )


def require_loaded(world: ReplicateWorld, task: TaskRequest, loaded: ReplicationTask) -> ReplicationTask:
    """The task as DMS tells it once all tables are complete. Raises SaysNo(REP-012) where they do not become so.

    Of a serverless one that lost its statistics nothing is known until it runs again, when `require_fed` asks.
    """
    seen = loaded

    def left() -> tuple[str, ...]:
        return () if seen.serverless and not seen.tables else amiss(seen, task.tables)

    deadline = world.clock.monotonic() + LATE_SECONDS
    while wrong := left():
        if seen.in_states(GIVEN_UP) or world.clock.monotonic() > deadline:
            raise SaysNo(
                f"task {task.identifier} ended its load without {', '.join(wrong)}",
                code="REP-012",
                hint="Look whether DMS's login may read these tables on the source, and what the task's log says of"
                " them. Then load anew: aurora-migrate replicate destroy, drop the target's tables, aurora-migrate"
                " replicate start",
            )
        world.clock.sleep(1.0)
        seen = world.tasks.describe(task.identifier) or seen
    return seen


def require_fed(world: ReplicateWorld, task: TaskRequest) -> None:
    """Behind a marker that arrived: what came before it is applied, or on record as lost.

    Raises SaysNo(REP-013) for tables that are not complete, or are suspended, and for changes that were refused.
    """
    deadline = world.clock.monotonic() + LATE_SECONDS
    while missing := _missing(world, task):
        if missing.for_good or world.clock.monotonic() > deadline:
            raise SaysNo(
                f"a marker arrived, but not everything before it ({task.name}): {'; '.join(missing.told)}",
                code="REP-013",
                hint="Mend the cause that the task's log names, then load the table again: aurora-migrate replicate"
                " reload SCHEMA.TABLE. Then: aurora-migrate replicate start",
            )
        world.clock.sleep(1.0)


@dataclass(frozen=True)
class _Missing:
    told: list[str]
    for_good: bool
    """Waiting does not mend it."""


def _missing(world: ReplicateWorld, task: TaskRequest) -> _Missing | None:
    seen = world.tasks.describe(task.identifier)
    if seen is None:
        return _Missing([f"task {task.identifier} is gone"], for_good=True)
    control = world.target.feed.control(world.control_schema, seen.external_id) or ControlTables(None, None)
    given_up = seen.in_states(GIVEN_UP)
    suspended = [str(table) for table in control.suspended or () if table not in given_up]
    lost = [f"{one.table} ({one.rows:,})" for one in control.exceptions or ()]
    told: list[str] = []
    if tables := amiss(seen, task.tables):
        told.append(f"not complete: {', '.join(tables)}")
    if suspended:
        told.append(f"suspended: {', '.join(suspended)}")
    if lost:
        told.append(f"changes in awsdms_apply_exceptions: {', '.join(lost)}")
    if control.exceptions is None:
        told.append("awsdms_apply_exceptions, which names the changes that were refused, cannot be read")
    if control.suspended is None:
        told.append("awsdms_suspended_tables, which names the tables that were given up, cannot be read")
    return _Missing(told, for_good=bool(given_up or suspended or lost)) if told else None
