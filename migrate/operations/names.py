"""What the migration calls the things it makes. Slots: [a-z0-9_]{1,63}; DMS identifiers: letters, digits, hyphens."""

from __future__ import annotations

import re

from migrate.model.database import Side
from migrate.model.replication import Direction

CONTROL_SCHEMA = "awsdms_control"
"""Where DMS keeps its control tables on the side it feeds; the engines leave it out of every catalog."""


def slot(migration: str, *parts: str) -> str:
    return "_".join(["am", migration.replace("-", "_"), *parts])


def is_slot(migration: str, name: str) -> bool:
    """Whether this migration makes slots of that name. Those of `a` and of `a-b` cannot be taken for each other: what
    follows a migration's name is a fixed word, or a task's name without `_` and such a word, and a number.
    """
    kinds = "(?:witness|freeze|[a-z][a-z0-9]*_(?:forward|reverse|probe))"
    return re.fullmatch(f"{re.escape(slot(migration))}_{kinds}_[0-9]+", name) is not None


def witness_slot(migration: str, number: int) -> str:
    """Holds, on both sides, the log since validation `number` began."""
    return slot(migration, "witness", str(number))


def task(migration: str, name: str, direction: Direction, number: int) -> str:
    """The DMS task that feeds in `direction` since handover `number`; 0 is the one with the full load."""
    return f"{migration}-{name}-{direction.value}-{number}"


def endpoint(migration: str, name: str, direction: Direction, number: int, role: str) -> str:
    return f"{task(migration, name, direction, number)}-{role}"


def marker(name: str, direction: Direction) -> str:
    return f"{direction.value}_{name}"


def dms_secret(migration: str, side: Side, use: str) -> str:
    """Secret of DMS's account on one side; `use` is `capture` (reads the log) or `feed` (writes rows)."""
    return f"{migration}/dms/{side.value}/{use}"
