"""Which tables a task moves, and how: migration.toml's patterns over the source's catalog."""

from __future__ import annotations

from fnmatch import fnmatchcase

from checks.facts import Catalog, TableName
from migrate.errors import UsageError
from migrate.model.task_settings import flattened
from migrate.model.tuning import TableTuning, Tuning
from migrate.settings import Settings
from migrate.task_section import TaskSection


def chosen(catalog: Catalog, task: TaskSection) -> tuple[TableName, ...]:
    """Tables by `schema.name` patterns; of a partitioned table its partitions, for DMS maps children only."""
    return tuple(name for name in _moveable(catalog) if _fits(name, task.include) and not _fits(name, task.exclude))


def select(catalog: Catalog, task: TaskSection) -> tuple[TableName, ...]:
    """As `chosen`. Raises UsageError when nothing matches: a typo would otherwise migrate nothing and succeed."""
    found = chosen(catalog, task)
    if not found:
        raise UsageError(
            f"task {task.name} selects no table",
            code="CFG-025",
            hint=f"The source holds {len(catalog.tables)} tables; mend include and exclude (patterns are schema.name).",
        )
    return found


def idle(catalog: Catalog, task: TaskSection) -> tuple[str, ...]:
    """Patterns of `include` that fit no table."""
    return tuple(one for one in task.include if not any(_fits(name, (one,)) for name in _moveable(catalog)))


def together(catalog: Catalog, task: TaskSection) -> tuple[tuple[TableName, ...], ...]:
    """Groups of tables that one transaction writes. A group of fewer than two tables ties nothing."""
    groups = (tuple(name for name in _moveable(catalog) if _fits(name, group)) for group in task.together)
    return tuple(group for group in groups if len(group) > 1)


def tuning(settings: Settings, task: TaskSection) -> Tuning:
    """What the task is asked beside its tables."""
    return Tuning(
        lob_max_kb=task.lob_max_kb,
        overrides=flattened(settings.replication.task_settings),
        tables=tuple(
            TableTuning(
                table=TableName(*one.table.split(".", 1)),
                columns=one.split_by,
                boundaries=one.boundaries,
                partitions=one.partitions,
                lob_mode=one.lob or "",
                lob_max_kb=one.lob_max_kb,
            )
            for one in task.tables
        ),
    )


def subtasks(settings: Settings, task: TaskSection) -> int:
    return task.full_load_subtasks or settings.replication.full_load_subtasks


def _moveable(catalog: Catalog) -> list[TableName]:
    return sorted(table.name for table in catalog.tables if table.holds_rows and table.persistence == "permanent")


def _fits(name: TableName, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(str(name), pattern) for pattern in patterns)
