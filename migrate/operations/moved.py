"""What the journal says is moved: tables of the tasks, and the slot that witnesses what changed since a clean pass."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import TableName
from migrate.errors import StateConflict
from migrate.model.json import Facts
from migrate.operations import names
from migrate.ports.journal import Journal


def moved_tables(request: Facts, task: str) -> tuple[TableName, ...]:
    """Tables of one task, as the journaled replicate request names them. Raises StateConflict as `require_tasks`."""
    tasks = request["tasks"]
    assert isinstance(tasks, list)
    rows = next((entry["tables"] for entry in tasks if entry["name"] == task), None)
    if rows is None:
        raise _recut([entry["name"] for entry in tasks], [task])
    return tuple(TableName(**row) for row in rows)


def require_tasks(request: Facts, names_now: Sequence[str]) -> None:
    """Raises StateConflict when [[tasks]] names other tasks than the replication was begun with."""
    tasks = request["tasks"]
    assert isinstance(tasks, list)
    begun = [str(entry["name"]) for entry in tasks]
    if sorted(begun) != sorted(names_now):
        raise _recut(begun, names_now)


def _recut(begun: Sequence[str], now: Sequence[str]) -> StateConflict:
    return StateConflict(
        f"the replication was begun with the tasks {', '.join(begun)}; migration.toml names {', '.join(now)}",
        code="STA-024",
        hint="Put [[tasks]] back as they were. To cut the tables otherwise, begin a migration of another name.",
    )


def witness(journal: Journal) -> str | None:
    """Slot of the last validation that was clean; None when there was none."""
    slots = [evidence.facts.get("witness") for evidence in journal.evidence("validation")]
    found = [slot for slot in slots if isinstance(slot, str)]
    return found[-1] if found else None


def witnesses(migration: str, journal: Journal) -> list[str]:
    """Slots of every validation so far, and last that of the next: one that was killed before its evidence made it."""
    return [names.witness_slot(migration, number) for number in range(1, len(journal.evidence("validation")) + 2)]
