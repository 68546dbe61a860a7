"""Tables that are loaded in parts: what DMS refuses, and rows that it would leave behind."""

from __future__ import annotations

from collections.abc import Iterator

from checks.column_types import bare
from checks.data import load
from checks.facts import Table
from migrate.model.replication_plan import Remark
from migrate.model.tuning import TableTuning
from migrate.stages.replicate.planning.asked import Asked, AskedTask
from migrate.stages.replicate.planning.limits.naming import some
from migrate.stages.replicate.planning.lob_types import lob_columns

_INEXACT = frozenset(("real", "double precision", "float", "double"))


def refusals(asked: Asked) -> Iterator[Remark]:
    for task in asked.tasks:
        seen: set[object] = set()
        for one in task.tuning.tables:
            if one.table in seen:
                yield Remark(
                    "two-rules-on-one-table",
                    f"task {task.name} has two [[tasks.tables]] for {one.table}; DMS takes one rule for a table",
                    "Merge them.",
                )
            seen.add(one.table)
            if one.table not in task.tables:
                yield Remark(
                    "settings-of-no-table",
                    f"[[tasks.tables]] {one.table}: task {task.name} has no such table",
                    "Name one table as the source spells it, schema.name; these rules take no patterns.",
                )
            elif "%" in str(one.table):
                yield Remark(
                    "wildcard-in-name",
                    f"{one.table} has a wildcard of DMS's in its name, which table-settings do not take",
                    "Take its [[tasks.tables]] out.",
                )
            else:
                yield from _columns(asked, task, one, asked.table(one.table))
                yield from _partitions(asked, one, asked.table(one.table))


def warnings(asked: Asked) -> Iterator[Remark]:
    for task in asked.tasks:
        for one in task.tuning.tables:
            parts = len(one.boundaries) + 1 if one.boundaries else len(one.partitions)
            if parts > task.full_load_subtasks:
                yield Remark(
                    "more-parts-than-subtasks",
                    f"{one.table} has {parts} parts, and task {task.name} loads {task.full_load_subtasks} at once",
                    "Raise full_load_subtasks (at most 49), or cut it into fewer parts.",
                )


def _columns(asked: Asked, task: AskedTask, one: TableTuning, table: Table) -> Iterator[Remark]:
    columns = {column.name: column for column in table.columns}
    most: int = load("dms_limits")["mapping"]["columns_of_a_split"]
    missing = [name for name in one.columns if name not in columns]
    if missing:
        yield Remark(
            "split-by-no-column",
            f"{one.table} has no column {some(missing)}",
            "Name columns as the source spells them.",
        )
        return
    if len(one.columns) > most:
        yield Remark("split-by-too-many", f"{one.table} is split by {len(one.columns)} columns", f"Use up to {most}.")
    uneven = [bound for bound in one.boundaries if len(bound) != len(one.columns)]
    if uneven or bool(one.boundaries) != bool(one.columns):
        yield Remark(
            "split-uneven",
            f"{one.table}: every boundary has a value for each of the {len(one.columns)} columns of split_by",
            f"Mend boundaries in [[tasks.tables]] of task {task.name}.",
        )
    lobs = {column.name for column in lob_columns(asked.catalog, table)}
    inexact = [
        n for n in one.columns if n in lobs or bare(columns[n].type).split(" ")[0] in _INEXACT | {"double precision"}
    ]
    if inexact:
        yield Remark(
            "split-by-inexact",
            f"{one.table} is split by {some(inexact)}: DMS takes no LOB and no floating point there",
            "Split it by columns of the key.",
        )
    nullable = [name for name in one.columns if columns[name].nullable]
    if nullable:
        yield Remark(
            "split-by-nullable",
            f"{one.table} is split by {some(nullable)}, which may be NULL: such rows would be left behind, unsaid",
            "Split it by columns that are NOT NULL, best those of the key.",
        )


def _partitions(asked: Asked, one: TableTuning, table: Table) -> Iterator[Remark]:
    if not one.partitions:
        return
    if asked.family.feed_holds_slot:
        yield Remark(
            "split-by-partitions",
            f"{one.table}: from PostgreSQL DMS loads in ranges only; a partition is a table of its own there",
            "Write split_by and boundaries instead of partitions.",
        )
    elif table.partitioning is None:
        yield Remark(
            "split-by-no-partition", f"{one.table} is not partitioned", "Write split_by and boundaries instead."
        )
    else:
        strange = [name for name in one.partitions if name != "*" and name not in table.partitioning.partitions]
        if strange:
            yield Remark(
                "split-by-no-partition", f"{one.table} has no partition {some(strange)}", "Name those that there are."
            )
        left = [name for name in table.partitioning.partitions if name not in one.partitions]
        if "*" not in one.partitions and left:
            yield Remark(
                "split-leaves-partitions",
                f"{one.table}: {some(left)} would not be loaded, for only listed partitions are",
                'Write partitions = ["*"].',
            )
