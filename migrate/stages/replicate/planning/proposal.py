"""How the figures would cut the tables into tasks: huge ones and LOBs and keyless tables apart, joined ones never."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.facts import TableName
from migrate.model.replication_plan import ProposedTask
from migrate.stages.replicate.planning.asked import Asked
from migrate.stages.replicate.planning.joins import Joins
from migrate.stages.replicate.planning.lob_limit import QUICK_KB, needed_kb, proposed_kb, too_long

Group = tuple[TableName, ...]


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    huge_bytes: int = 100 * 1024**3
    """A table of this size has a task of its own: its load decides how long the others would wait."""
    writes_per_second: float = 5_000.0
    """Row changes a second that one task is trusted with. An assumption: half of what the sandbox's apply was measured
    at; DMS states no figure."""


DEFAULT = Thresholds()


def propose(asked: Asked, thresholds: Thresholds = DEFAULT) -> tuple[ProposedTask, ...]:
    """At least one task for any table; the same figures give the same tasks."""
    together = [group for task in asked.tasks for group in task.together]
    huge: list[Group] = []
    kinds: dict[str, list[Group]] = {"main": [], "lobs": [], "keyless": []}
    for group in Joins(asked.catalog, asked.moved, together).groups():
        if any(asked.bytes(name) >= thresholds.huge_bytes for name in group):
            huge.append(group)
        else:
            kinds[_kind(asked, group)].append(group)
    found = list(_busy(asked, kinds["main"], thresholds))
    for name, why in (("lobs", _lobs_apart(asked, kinds["lobs"])), ("keyless", _KEYLESS_APART)):
        if kinds[name]:
            found.append(_task(asked, name, _flat(kinds[name]), why))
    found += [_huge(asked, number, group, thresholds) for number, group in enumerate(huge, start=1)]
    if len(found) == 1 and not huge:
        only = found[0]
        return (_task(asked, "main", only.tables, "nothing sets one table apart from the others"),)
    return tuple(found)


_KEYLESS_APART = (
    "tables without a key: a change of theirs is looked for by the whole row, and a load that is repeated holds every "
    "row twice; apart, they hold up nobody and can be reloaded by themselves"
)


def _kind(asked: Asked, group: Group) -> str:
    if any(needed_kb(lob) > QUICK_KB for name in group for lob in asked.lobs(name)):
        return "lobs"
    return "keyless" if all(asked.keyless(name) for name in group) else "main"


def _lobs_apart(asked: Asked, groups: Sequence[Group]) -> str:
    longest = max((lob.longest for group in groups for name in group for lob in asked.lobs(name)), default=0)
    return (
        f"LOBs of up to {longest:,} bytes: what is larger than {QUICK_KB} KB on its way is loaded more slowly, with "
        "memory of LobMaxSize for each; apart, LobMaxSize of the other tables stays small"
    )


def _busy(asked: Asked, groups: Sequence[Group], thresholds: Thresholds) -> Iterator[ProposedTask]:
    """The ordinary tables, in as many tasks as their writes need: the busiest group first into the emptiest task."""
    if not groups:
        return
    rates = {group: sum(asked.measured.rate(name) or 0.0 for name in group) for group in groups}
    count = max(1, min(len(groups), math.ceil(sum(rates.values()) / thresholds.writes_per_second)))
    bins: list[list[Group]] = [[] for _ in range(count)]
    for group in sorted(groups, key=lambda one: (-rates[one], one)):
        min(bins, key=lambda one: sum(rates[g] for g in one)).append(group)
    for number, chosen in enumerate((one for one in bins if one), start=1):
        total = sum(rates[group] for group in chosen)
        why = (
            "all other tables"
            if count == 1
            else f"{total:,.0f} row changes a second, as much as one task is trusted with"
        )
        yield _task(asked, "main" if number == 1 else f"main{number}", _flat(chosen), why)


def _huge(asked: Asked, number: int, group: Group, thresholds: Thresholds) -> ProposedTask:
    large = [name for name in group if asked.bytes(name) >= thresholds.huge_bytes]
    names = ", ".join(f"{name} ({asked.bytes(name) / 1024**3:,.0f} GiB)" for name in large)
    joined = "" if len(group) == len(large) else f"; {len(group) - len(large)} more are joined to it and stay with it"
    task = _task(asked, f"big{number}", group, f"{names}: its load alone decides when the whole is loaded{joined}")
    by_partition = [] if asked.family.feed_holds_slot else [name for name in large if asked.table(name).partitioned]
    ranges = [(table, (column,), bounds) for table, column, bounds in asked.measured.cuts if table in large and bounds]
    return ProposedTask(
        name=task.name,
        tables=task.tables,
        reason=task.reason,
        lob_max_kb=task.lob_max_kb,
        full_load_subtasks=task.full_load_subtasks,
        unlimited=task.unlimited,
        partitioned=tuple(by_partition),
        ranges=tuple(one for one in ranges if one[0] not in by_partition),
    )


def _task(asked: Asked, name: str, tables: Group, reason: str) -> ProposedTask:
    unlimited = tuple(table for table in tables if too_long(asked, table))
    limit = proposed_kb(asked, [table for table in tables if table not in unlimited])
    return ProposedTask(name=name, tables=tables, reason=reason, lob_max_kb=limit, unlimited=unlimited)


def _flat(groups: Sequence[Group]) -> Group:
    return tuple(sorted(name for group in groups for name in group))


def differs(asked: Asked, proposal: Sequence[ProposedTask]) -> bool:
    """Whether the tables are cut otherwise than proposed, whatever the tasks are called."""
    return {frozenset(task.tables) for task in asked.tasks} != {frozenset(task.tables) for task in proposal}
