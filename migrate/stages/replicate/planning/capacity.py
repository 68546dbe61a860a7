"""Memory, class and storage of the replication instance, or the range of a serverless one, with the reasoning."""

from __future__ import annotations

import math
from collections.abc import Iterator

from checks.data import load
from migrate.model.replication_plan import RecommendedCapacity, Remark
from migrate.stages.replicate.planning.asked import Asked, AskedTask
from migrate.stages.replicate.planning.lob_limit import QUICK_KB
from migrate.stages.replicate.planning.lob_types import lob_columns

BASE_GIB = 2.0
"""The instance's own: operating system, DMS's engine. An assumption."""
ROWS_AT_ONCE, LARGE_AT_ONCE = 100, 1
"""Rows whose LOBs are held at once by one subtask, up to QUICK_KB and above. An assumption: the guide's formula has a
`bulk array size` without a figure."""
FILLED = 0.75
"""Of an instance's memory; the rest is room for one large transaction."""
SMALL_BYTES = 5 * 1024**3
UNKNOWN_SHARE = 0.2
"""Changes cached during the load where no writes were measured: this share of the data. An assumption."""


def recommend(asked: Asked, load_seconds: float | None) -> RecommendedCapacity:
    memory, reasons = BASE_GIB, [f"{BASE_GIB:g} GiB for the instance itself (assumed)"]
    for task in asked.tasks:
        cached = _setting(task, "ChangeProcessingTuning.MemoryLimitTotal", 1024) / 1024
        lobs = _lob_gib(asked, task)
        memory += cached + lobs
        reasons.append(
            f"task {task.name}: {cached:.1f} GiB for transactions (MemoryLimitTotal), {lobs:.1f} GiB for LOBs "
            f"({_lob_words(asked, task)})"
        )
    chosen, why = _class(asked, memory)
    storage, stored = _storage(asked, load_seconds)
    return RecommendedCapacity(
        memory_gib=round(memory, 1),
        instance_class=chosen,
        storage_gb=storage,
        units=_units(memory),
        reasons=(*reasons, why, stored),
    )


def complaints(asked: Asked, needs: RecommendedCapacity) -> Iterator[Remark]:
    """Where migration.toml asks for less than that. A class that the facts do not hold is left to whoever chose it."""
    chosen = next((one for one in load("dms_instance_classes")["class"] if one["name"] == asked.instance_class), None)
    if chosen is not None and chosen["gib"] < needs.memory_gib:
        yield Remark(
            "instance-too-small",
            f"{asked.instance_class} has {chosen['gib']} GiB, and the tasks want about {needs.memory_gib:g}",
            f'Write instance_class = "{needs.instance_class}", or have smaller lob_max_kb and fewer subtasks.',
        )
    if asked.instance_class and asked.storage_gb < needs.storage_gb:
        yield Remark(
            "storage-too-small",
            f"{asked.storage_gb} GB for changes that wait and logs; {needs.storage_gb} are recommended",
            f"Write allocated_storage_gb = {needs.storage_gb}.",
        )
    if asked.most_units and asked.most_units < needs.units[0]:
        yield Remark(
            "too-few-units",
            f"{asked.most_units} DCU at most, and the tasks want {needs.units[0]} at least",
            f"Write maximum_capacity = {needs.units[1]}.",
        )


def _setting(task: AskedTask, path: str, default: int) -> int:
    value = task.tuning.overrides.get(path, default)
    return value if isinstance(value, int) else default


def _most_lobs(asked: Asked, task: AskedTask) -> int:
    return max((len(lob_columns(asked.catalog, asked.table(name))) for name in task.tables), default=0)


def _held(task: AskedTask) -> int:
    return ROWS_AT_ONCE if task.tuning.lob_max_kb <= QUICK_KB else LARGE_AT_ONCE


def _lob_gib(asked: Asked, task: AskedTask) -> float:
    subtasks = min(task.full_load_subtasks, max(1, len(task.tables)))
    return _most_lobs(asked, task) * subtasks * task.tuning.lob_max_kb * _held(task) / 1024**2


def _lob_words(asked: Asked, task: AskedTask) -> str:
    return (
        f"{_most_lobs(asked, task)} columns x {min(task.full_load_subtasks, max(1, len(task.tables)))} subtasks x "
        f"{task.tuning.lob_max_kb:,} KB x {_held(task)} rows at once, assumed"
    )


def _class(asked: Asked, memory: float) -> tuple[str, str]:
    size = sum(asked.bytes(name) for name in asked.moved)
    known = all(asked.table(name).bytes is not None for name in asked.moved)
    wanted = memory / FILLED
    processors = max(2, len(asked.tasks))
    for one in load("dms_instance_classes")["class"]:
        burstable = one["name"].startswith("dms.t")
        if burstable and (not known or size > SMALL_BYTES):
            continue
        if one["gib"] >= wanted and one["vcpu"] >= processors:
            about = (
                f"{one['name']} has {one['gib']} GiB and {one['vcpu']} vCPU; {memory:.1f} GiB shall fill {FILLED:.0%}"
            )
            return one["name"], about + (", and a burstable class does for so little data" if burstable else "")
    largest = load("dms_instance_classes")["class"][-1]
    return largest["name"], f"even {largest['name']} is small for {memory:.0f} GiB: fewer subtasks, smaller LOB limits"


def _units(memory: float) -> tuple[int, int]:
    facts = load("dms_limits")["serverless"]
    units: list[int] = facts["units"]
    least = next((one for one in units if one * facts["gib_per_unit"] >= memory), units[-1])
    most = next((one for one in units if one > least), units[-1])
    return least, most


def _storage(asked: Asked, load_seconds: float | None) -> tuple[int, str]:
    smallest: int = load("dms_limits")["storage"]["smallest_gb"]
    size = sum(asked.bytes(name) for name in asked.moved)
    rates = [(name, asked.measured.rate(name)) for name in asked.moved]
    if load_seconds is None or all(rate is None for _, rate in rates):
        cached = size * UNKNOWN_SHARE
        why = f"writes are unknown: changes of {UNKNOWN_SHARE:.0%} of the data are assumed to wait for the load's end"
    else:
        cached = sum((rate or 0.0) * _row_bytes(asked, name) * load_seconds for name, rate in rates)
        why = f"about {cached / 1024**3:.1f} GiB of changes wait for the load's end at the measured rate"
    wanted = max(smallest, math.ceil(2 * cached / 1024**3) + 20)
    return wanted, f"{wanted} GB: {why}; twice that, 20 GB for logs, and no less than {smallest}"


def _row_bytes(asked: Asked, name: object) -> float:
    table = next(one for one in asked.catalog.tables if one.name == name)
    return (table.bytes or 0) / table.rows if table.rows else 200.0
