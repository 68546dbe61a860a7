"""The plan of a replication for people: what speaks against it first, then tasks, settings with reasons, needs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from migrate.model.json import Json
from migrate.model.replication_plan import PlannedTable, PlannedTask, ProposedTask, Remark, ReplicationPlan
from migrate.model.visible import LAYOUT, visible

WIDTH = 80
NAME = 44
"""Columns of a table's name."""
TABLES_MAX = 30
"""Tables of one task that are listed one by one, the largest first."""


def lines(plan: ReplicationPlan) -> Iterator[str]:
    yield from _remarks("refused", plan.refusals)
    yield from _remarks("warning", plan.warnings)
    for task in plan.tasks:
        yield from _task(task)
    yield from _settings(plan)
    yield from _proposal(plan)
    yield from _capacity(plan)
    yield f"plan {plan.digest[:12]}" + ("" if not plan.refusals else f": refused, {len(plan.refusals)} times")


def _remarks(kind: str, remarks: Iterable[Remark]) -> Iterator[str]:
    for one in remarks:
        yield from _wrapped(f"{kind} {one.code}: {one.text}.", "    ")
        for number, line in enumerate(one.remedy.split("\n")):
            yield from _wrapped(line, "    ", first="    " if number else "  → ")
        yield ""


def _task(task: PlannedTask) -> Iterator[str]:
    size = f"{_tables(len(task.tables))}, {task.rows:,} rows, {_bytes(task.bytes)}"
    yield from _wrapped(f"task {task.name} ({task.identifier}): {size}", "    ")
    if task.load is not None:
        yield from _wrapped(f"  loaded in about {_duration(task.load.seconds)}: {task.load.basis}", "    ")
    else:
        yield "  how long its load takes cannot be told: sizes are unknown"
    yield f"  {'table':<{NAME}} {'rows':>12} {'size':>10} {'writes/s':>9}"
    largest = sorted(task.tables, key=lambda one: (-(one.bytes or 0), str(one.table)))
    for one in largest[:TABLES_MAX]:
        figures = f"{_count(one.rows):>12} {_bytes(one.bytes):>10} {_rate(one):>9}"
        yield f"  {_cut(visible(str(one.table))):<{NAME}} {figures}"
        yield from _wrapped(_notes(one), "      ", "      ")
    if len(largest) > TABLES_MAX:
        yield f"  … and {len(largest) - TABLES_MAX} more; --format json has them all"
    yield ""


def _settings(plan: ReplicationPlan) -> Iterator[str]:
    """Once where the tasks agree, and once more for what is a task's own."""
    if not plan.tasks:
        return
    common = [one for one in plan.tasks[0].differing if all(one in task.differing for task in plan.tasks)]
    yield "settings that are not DMS's defaults" + (" (every task)" if len(plan.tasks) > 1 else "")
    for one in common:
        yield from _setting(one.path, one.default, one.value, one.reason)
    for task in plan.tasks:
        own = [one for one in task.differing if one not in common]
        if own:
            yield f"settings of task {task.name} alone"
        for one in own:
            yield from _setting(one.path, one.default, one.value, one.reason)
    yield ""


def _setting(path: str, default: Json, value: Json, reason: str) -> Iterator[str]:
    yield from _wrapped(f"  {path} = {_value(value)} (default {_value(default)}): {reason}", "    ")


def _proposal(plan: ReplicationPlan) -> Iterator[str]:
    if not plan.proposal_differs:
        yield "the figures would cut the tables into the same tasks"
        yield ""
        return
    yield "the figures would cut the tables otherwise: replicate plan --propose writes it"
    for one in plan.proposal:
        yield from _wrapped(f"  {one.name}: {_tables(len(one.tables))}; {one.reason}", "    ")
    yield ""


def _capacity(plan: ReplicationPlan) -> Iterator[str]:
    needs = plan.capacity
    least, most = needs.units
    yield f"capacity: {needs.instance_class} with {needs.storage_gb} GB, or serverless with {least} to {most} DCU"
    for reason in needs.reasons:
        yield from _wrapped(f"  {reason}", "    ")
    yield from _wrapped(f"  writes: {plan.basis}", "    ")
    for one in plan.unmeasured:
        yield from _wrapped(f"  not measured: {one}", "    ")
    yield ""


def proposal_toml(plan: ReplicationPlan) -> Iterator[str]:
    """The proposal as [[tasks]] sections, to be pasted over those of migration.toml. Reasons are comments."""
    for one in plan.proposal:
        yield from textwrap.wrap(visible(one.reason), WIDTH, initial_indent="# ", subsequent_indent="# ")
        yield "[[tasks]]"
        yield f"name = {json.dumps(one.name)}"
        yield "include = ["
        yield from (f"  {_pattern(str(table))}," for table in one.tables)
        yield "]"
        if one.lob_max_kb is not None:
            yield f"lob_max_kb = {one.lob_max_kb}"
        if one.full_load_subtasks is not None:
            yield f"full_load_subtasks = {one.full_load_subtasks}"
        yield from _tuned(one)
        yield ""


def _tuned(one: ProposedTask) -> Iterator[str]:
    split = {table: (columns, bounds) for table, columns, bounds in one.ranges}
    for table in one.tables:
        told = []
        if table in split:
            columns, bounds = split[table]
            told.append(f"split_by = {json.dumps(list(columns))}")
            told.append(f"boundaries = {json.dumps([[bound] for bound in bounds])}")
        if table in one.partitioned:
            told.append('partitions = ["*"]')
        if table in one.unlimited:
            told.append('lob = "unlimited"')
        if told:
            yield "[[tasks.tables]]"
            yield f"table = {json.dumps(str(table), ensure_ascii=False)}"
            yield from told


def _pattern(name: str) -> str:
    """A shell pattern that fits the name alone, as a TOML string."""
    escaped = "".join(f"[{one}]" if one in "*?[" else one for one in name)
    return json.dumps(escaped, ensure_ascii=False)


def _notes(one: PlannedTable) -> str:
    told = ["no key"] if one.keyless else []
    if one.lobs:
        longest = max(one.lobs, key=lambda lob: lob.longest)
        sampled = "" if longest.exact else ", sampled"
        told.append(f"LOBs to {_bytes(longest.longest)} (p99 {_bytes(longest.p99)}{sampled})")
    if one.split:
        told.append(one.split)
    return ", ".join(told)


def _tables(count: int) -> str:
    return f"{count:,} table{'' if count == 1 else 's'}"


def _count(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _rate(one: PlannedTable) -> str:
    return "?" if one.writes is None else f"{one.writes:,.1f}"


def _bytes(value: int | None) -> str:
    if value is None:
        return "?"
    for unit, size in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if value >= size:
            return f"{value / size:,.1f} {unit}"
    return f"{value} B"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _cut(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def _value(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(str(one["Id"]) if isinstance(one, dict) else str(one) for one in value) or "none"
    return str(value).lower() if isinstance(value, bool) else json.dumps(value)


def _wrapped(text: str, indent: str, first: str = "") -> list[str]:
    return textwrap.wrap(
        visible(text, LAYOUT), WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )
