"""Which task takes which table: each table one, joined ones the same, none of them empty."""

from __future__ import annotations

from collections.abc import Iterator

from checks.data import load
from checks.facts import ConstraintKind, TableName
from migrate.model.replication_plan import Remark
from migrate.stages.replicate.planning.asked import Asked
from migrate.stages.replicate.planning.limits.naming import some


def refusals(asked: Asked) -> Iterator[Remark]:
    yield from _empty(asked)
    yield from _twice(asked)
    yield from _parted(asked)
    facts = load("dms_limits")["task"]
    for task in asked.tasks:
        if len(task.tables) >= facts["tables"]:
            yield Remark(
                "too-many-tables",
                f"task {task.name} has {len(task.tables):,} tables; AWS advises fewer than {facts['tables']:,}",
                "Cut it into several [[tasks]].",
            )
    if len(asked.tasks) > facts["per_instance"]:
        yield Remark(
            "too-many-tasks",
            f"{len(asked.tasks)} tasks; a replication instance takes {facts['per_instance']}",
            "Merge some of the [[tasks]].",
        )


def warnings(asked: Asked) -> Iterator[Remark]:
    moved = set(asked.moved)
    left = [
        t.name for t in asked.catalog.tables if t.holds_rows and t.persistence == "permanent" and t.name not in moved
    ]
    if left:
        yield Remark(
            "tables-in-no-task",
            f"{len(left)} tables are in no task, so their rows stay behind: {some(left)}",
            "Include them in one of the [[tasks]] unless that is meant.",
        )
    for task in asked.tasks:
        for pattern in task.idle_patterns:
            if task.tables:
                yield Remark(
                    "idle-pattern", f"task {task.name}: {pattern} fits no table", "Mend or remove the pattern."
                )
    for name in moved:
        if "%" in str(name):
            yield Remark(
                "wildcard-in-name",
                f"{name} has a wildcard of DMS's in its name; it is selected by a pattern that fits it alone",
                "Nothing to do; it cannot be loaded in parts.",
            )


def _empty(asked: Asked) -> Iterator[Remark]:
    for task in asked.tasks:
        if task.tables:
            continue
        remedy = (
            f"The source holds {len(asked.catalog.tables)} tables; mend include and exclude (patterns are schema.name)."
        )
        if any("%" in pattern for pattern in task.idle_patterns):
            remedy = (
                "Patterns here are shell patterns: write * instead of %. (In DMS's own mappings the schema % would "
                "take MySQL's system databases along, and fail.)"
            )
        yield Remark("task-without-tables", f"task {task.name} selects no table", remedy)


def _twice(asked: Asked) -> Iterator[Remark]:
    takers: dict[TableName, list[str]] = {}
    for task in asked.tasks:
        for table in task.tables:
            takers.setdefault(table, []).append(task.name)
    for table, tasks in sorted(takers.items()):
        if len(tasks) > 1:
            yield Remark(
                "table-in-two-tasks",
                f"{table} is in the tasks {' and '.join(tasks)}: each would load its rows and apply its changes",
                f'Write "{table}" into exclude of all but one.',
            )


def _parted(asked: Asked) -> Iterator[Remark]:
    """Foreign keys, partitions of one table, and what is written by one transaction."""
    at = {table: task.name for task in asked.tasks for table in task.tables}
    together = "Put both into one task; replicate plan --propose cuts the tables so."
    for table, key in asked.catalog.constraints(ConstraintKind.FOREIGN_KEY):
        for one, other in _ends(asked, table.name, key.references):
            if one not in at or at[one] == at.get(other):
                continue
            yield Remark(
                "foreign-key-across-tasks",
                f"{one} (task {at[one]}) refers by {key.name} to {other} "
                + (f"(task {at[other]})" if other in at else "(in no task)")
                + ": what it refers to may arrive later, or never",
                together,
            )
    for table in asked.catalog.tables:
        siblings = {at.get(one.name, "") for one in asked.catalog.tables if one.partition_of == table.name} - {""}
        if len(siblings) > 1:
            yield Remark(
                "partitions-across-tasks",
                f"partitions of {table.name} are in the tasks {', '.join(sorted(siblings))}: a row that moves from "
                "one to another would be gone for a while, or there twice",
                together,
            )
    for task in asked.tasks:
        for group in task.together:
            tasks = sorted({at.get(name, "no task") for name in group})
            if len(tasks) > 1:
                yield Remark(
                    "together-across-tasks",
                    f"{some(group)} shall stay together (task {task.name}), and are in: {', '.join(tasks)}",
                    "Include them in one task, or take them out of `together`.",
                )


def _ends(asked: Asked, one: TableName, other: TableName | None) -> Iterator[tuple[TableName, TableName]]:
    """Both ends of a foreign key as tables that hold rows: of a partitioned one its partitions."""
    if other is None:
        return
    for referring in _leaves(asked, one):
        for referred in _leaves(asked, other):
            yield referring, referred


def _leaves(asked: Asked, name: TableName) -> list[TableName]:
    table = asked.catalog.table(name)
    if table is None or table.holds_rows:
        return [name]
    children = [one.name for one in asked.catalog.tables if one.partition_of == name]
    return [leaf for child in children for leaf in _leaves(asked, child)]
