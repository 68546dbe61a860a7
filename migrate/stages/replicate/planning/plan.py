"""The plan itself, from what is asked and measured. Pure."""

from __future__ import annotations

from migrate.model.replication import Direction, MigrationType, TaskSpec
from migrate.model.replication_plan import PlannedTable, PlannedTask, ReplicationPlan
from migrate.model.table_mappings import table_mappings
from migrate.model.task_settings import differing_settings, task_settings
from migrate.model.tuning import ALL_PARTITIONS, TableTuning
from migrate.stages.replicate.planning import capacity, limits, load_time, proposal
from migrate.stages.replicate.planning.asked import Asked, AskedTask


def plan(asked: Asked, thresholds: proposal.Thresholds = proposal.DEFAULT) -> ReplicationPlan:
    """What is going to be asked of DMS, what the figures would have otherwise, and what speaks against it."""
    tasks = tuple(_task(asked, task) for task in asked.tasks)
    refusals = limits.refusals(asked)
    proposed = proposal.propose(asked, thresholds)
    known = [task.load.seconds for task in tasks if task.load is not None]
    needs = capacity.recommend(asked, max(known) if known and len(known) == len(tasks) else None)
    return ReplicationPlan(
        tasks=tasks,
        proposal=proposed,
        proposal_differs=proposal.differs(asked, proposed),
        capacity=needs,
        refusals=refusals,
        warnings=(*limits.warnings(asked), *capacity.complaints(asked, needs)),
        basis=asked.measured.basis,
        unmeasured=asked.measured.unmeasured,
    )


def spec(task: AskedTask) -> TaskSpec:
    """The forward task as `replicate start` creates it; its endpoints are of no account to settings and mappings."""
    return TaskSpec(
        identifier=task.identifier,
        direction=Direction.FORWARD,
        type=MigrationType.FULL_LOAD_AND_CDC,
        tables=task.tables,
        marker_table=task.marker_table,
        source_endpoint="",
        target_endpoint="",
        stop_after_full_load=True,
        full_load_subtasks=task.full_load_subtasks,
        tuning=task.tuning,
    )


def _task(asked: Asked, task: AskedTask) -> PlannedTask:
    wanted = spec(task)
    tuned = {one.table: one for one in task.tuning.tables}
    return PlannedTask(
        name=task.name,
        identifier=task.identifier,
        tables=tuple(
            PlannedTable(
                table=name,
                rows=asked.table(name).rows,
                bytes=asked.table(name).bytes,
                writes=asked.measured.rate(name),
                keyless=asked.keyless(name),
                lobs=asked.lobs(name),
                split=_split(tuned.get(name)),
            )
            for name in task.tables
        ),
        settings=task_settings(wanted),
        mappings=table_mappings(wanted),
        differing=differing_settings(wanted),
        load=load_time.expected(asked, task),
    )


def _split(tuned: TableTuning | None) -> str:
    if tuned is None:
        return ""
    if tuned.columns:
        return f"{len(tuned.boundaries) + 1} ranges of {', '.join(tuned.columns)}"
    if tuned.partitions == ALL_PARTITIONS:
        return "by its partitions"
    return f"by {len(tuned.partitions)} partitions" if tuned.partitions else ""
