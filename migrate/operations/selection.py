"""Which tables a task moves: migration.toml's patterns over the source's catalog."""

from __future__ import annotations

from fnmatch import fnmatchcase

from checks.facts import Catalog, TableName
from migrate.errors import UsageError
from migrate.settings import TaskSection


def select(catalog: Catalog, task: TaskSection) -> tuple[TableName, ...]:
    """Tables by `schema.name` patterns; of a partitioned table its partitions, for DMS maps children only.

    Raises UsageError when nothing matches: a typo would otherwise migrate nothing and succeed.
    """
    chosen = tuple(
        sorted(
            table.name
            for table in catalog.tables
            if table.holds_rows
            and table.persistence == "permanent"
            and any(fnmatchcase(str(table.name), pattern) for pattern in task.include)
            and not any(fnmatchcase(str(table.name), pattern) for pattern in task.exclude)
        )
    )
    if not chosen:
        raise UsageError(
            f"task {task.name} selects no table",
            code="CFG-025",
            hint=f"The source holds {len(catalog.tables)} tables; mend include and exclude (patterns are schema.name).",
        )
    return chosen
