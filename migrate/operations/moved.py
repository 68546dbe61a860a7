"""What the journal says is moved: tables of the tasks, and the slot that witnesses what changed since a clean pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from checks.facts import TableName
from migrate.errors import StateConflict
from migrate.model.json import Facts
from migrate.model.validation import Verdict
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


STALE = "stale"
"""Verdict of a validation that no longer holds: what it proved was loaded anew, or taken away."""


def witness(journal: Journal) -> str | None:
    """Slot of the last validation that was clean and still holds; None when there was none."""
    found = None
    for evidence in journal.evidence("validation"):
        slot = evidence.facts.get("witness")
        if evidence.facts.get("verdict") == STALE:
            found = None
        elif isinstance(slot, str):
            found = slot
    return found


def blind(journal: Journal) -> str:
    """Why no log is held since the last clean validation that still holds; empty where one is, or there was none."""
    why = ""
    for evidence in journal.evidence("validation"):
        if evidence.facts.get("verdict") == STALE:
            why = ""
        elif evidence.facts.get("verdict") == Verdict.MATCH.value:
            why = str(evidence.facts.get("blind") or "")
    return "" if witness(journal) else why


def outdate(journal: Journal, run: str, why: str, now: datetime) -> None:
    """Say that what was validated so far counts no more: every gate that asks for it is closed until it is again."""
    if journal.evidence("validation"):
        facts: Facts = {"verdict": STALE, "why": why, "witness": None, "unfinished": None}
        journal.record("validation", run=run, expires_at=now, facts=facts)


def witnesses(migration: str, journal: Journal) -> list[str]:
    """Slots of every validation so far, and last that of the next: one that was killed before its evidence made it."""
    return [names.witness_slot(migration, number) for number in range(1, len(journal.evidence("validation")) + 2)]
