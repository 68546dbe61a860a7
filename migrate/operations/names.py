"""What the migration calls the things it makes. Slots: [a-z0-9_]{1,63}; DMS identifiers: letters, digits, hyphens."""

from __future__ import annotations

from migrate.model.database import Side
from migrate.model.replication import Direction

CONTROL_SCHEMA = "awsdms_control"
"""Where DMS keeps its control tables on the side it feeds; the engines leave it out of every catalog."""


def slot(migration: str, *parts: str) -> str:
    return "_".join(["am", migration.replace("-", "_"), *parts])


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
