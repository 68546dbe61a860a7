"""LOBs: what limited mode would cut, and what full mode cannot write."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.model.replication_plan import Remark
from migrate.model.tuning import LOB_MAX_KB, TableTuning
from migrate.stages.replicate.planning.asked import Asked, AskedTask
from migrate.stages.replicate.planning.limits.naming import some
from migrate.stages.replicate.planning.lob_limit import needed_kb
from migrate.stages.replicate.planning.lob_types import lob_columns


def refusals(asked: Asked) -> Iterator[Remark]:
    for task in asked.tasks:
        tuned = {one.table: one for one in task.tuning.tables}
        for name in task.tables:
            one = tuned.get(name)
            if one is not None and one.lob_mode == "unlimited":
                yield from _unlimited(asked, one)
            else:
                yield from _cut(asked, task, one, name)


def warnings(asked: Asked) -> Iterator[Remark]:
    for task in asked.tasks:
        unknown = [name for name in task.tables if asked.unmeasured_lobs(name)]
        limit = task.tuning.lob_max_kb
        if unknown and limit < LOB_MAX_KB:
            yield Remark(
                "lobs-not-measured",
                f"task {task.name} takes LOBs of up to {limit:,} KB, and those of {some(unknown)} were not measured",
                f"Raise lob_max_kb to {LOB_MAX_KB}, or find out how long their values are.",
            )
        if not asked.family.lob_truncation_fails and any(
            lob_columns(asked.catalog, asked.table(t)) for t in task.tables
        ):
            yield Remark(
                "truncation-is-silent",
                f"task {task.name}: from this source DMS cuts a LOB of more than {limit:,} KB, and tells its log",
                "`validate` finds such rows; look for LobTruncation in the task's log while it runs.",
            )


def _unlimited(asked: Asked, one: TableTuning) -> Iterator[Remark]:
    required = [column.name for column in lob_columns(asked.catalog, asked.table(one.table)) if not column.nullable]
    limited = 'Take lob = "unlimited" back and give lob_max_kb room, or'
    if required:
        yield Remark(
            "full-lob-not-null",
            f"{one.table}: {some(required)} may not be NULL, and in full LOB mode a row is written with NULL first",
            f"{limited} have these columns nullable until the cutover.",
        )
    if asked.table(one.table).primary_key is None:
        yield Remark(
            "full-lob-without-key",
            f"{one.table} has no primary key, by which full LOB mode finds the row that a LOB belongs to",
            f"{limited} give it a primary key.",
        )


def _cut(asked: Asked, task: AskedTask, one: TableTuning | None, name: object) -> Iterator[Remark]:
    limit = task.tuning.lob_max_kb if one is None or one.lob_max_kb is None else one.lob_max_kb
    for lob in asked.measured.lobs:
        if lob.table != name or needed_kb(lob) <= limit:
            continue
        told = "the task would fail" if asked.family.lob_truncation_fails else "nobody would hear of it"
        more = needed_kb(lob) <= LOB_MAX_KB
        yield Remark(
            "lob-too-long",
            f"{lob.table}.{lob.column} holds a value of {lob.longest:,} bytes, {needed_kb(lob):,} KB on its way, and "
            f"task {task.name} takes {limit:,} KB: it would be cut, and {told}",
            f"Write lob_max_kb = {min(LOB_MAX_KB, 2 * needed_kb(lob))} into the task."
            if more
            else 'Give the table lob = "unlimited" in [[tasks.tables]]: piece by piece, slowly, of any size.',
        )
