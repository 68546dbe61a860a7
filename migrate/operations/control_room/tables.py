"""Every table that is moved, as DMS says it stands and as the validation left it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from migrate.model.control_room import Standing, TablesView, TableView
from migrate.model.journal import Kind
from migrate.model.sighting import Sighting, SightingKind
from migrate.model.stored import ComparedRow, Stored
from migrate.operations import history
from migrate.ports.journal import Journal

MATCH, RUNNING = "match", "running"


def tables(journal: Journal, stored: Stored, *, validating: bool) -> TablesView:
    """`validating` is whether somebody compares tables just now."""
    seen = _newest(one for one in stored.sightings if one.kind is SightingKind.TABLE)
    compared = {str(row.table): row for row in stored.compared}
    moved = dict(_moved(journal))
    for name, one in seen.items():
        if not moved or name in moved:
            moved[name] = str(one.body.get("task", ""))
    verdict = _verdict(journal)
    proven = verdict == MATCH and not compared
    rows = [
        _table(name, task, seen.get(name), compared.get(name), validating=validating, proven=proven)
        for name, task in moved.items()
    ]
    return TablesView(
        total=len(rows),
        states=dict(Counter(row.load for row in rows if row.load).most_common()),
        loaded_rows=sum(row.loaded_rows for row in rows),
        compared=sum(row.compared is Standing.DONE for row in rows),
        compared_rows=sum(row.compared_rows for row in rows),
        suspects=sum(row.suspects for row in rows),
        validation=RUNNING if validating else verdict,
        rows=tuple(sorted(rows, key=lambda row: row.rank)),
    )


def _newest(sightings: Iterable[Sighting]) -> dict[str, Sighting]:
    """By table: tasks that fed it earlier have left theirs behind."""
    found: dict[str, Sighting] = {}
    for one in sightings:
        name = str(one.body.get("table"))
        if name not in found or found[name].at <= one.at:
            found[name] = one
    return found


def _moved(journal: Journal) -> Iterable[tuple[str, str]]:
    """Table and task, as the last set-up was asked for."""
    asked = [run for run in history.runs(journal, "replicate") if run.outcome != history.DESTROYED]
    tasks = asked[-1].request.get("tasks") if asked else None
    for task in tasks if isinstance(tasks, list) else ():
        for table in task["tables"]:
            yield f"{table['schema']}.{table['name']}", str(task["name"])


def _verdict(journal: Journal) -> str:
    taken = [one for one in journal.entries(kind=Kind.EVIDENCE) if one.body.get("name") == "validation"]
    facts = taken[-1].body.get("facts") if taken else None
    return str(facts.get("verdict", "")) if isinstance(facts, dict) else ""


def _table(
    name: str, task: str, seen: Sighting | None, row: ComparedRow | None, *, validating: bool, proven: bool
) -> TableView:
    facts: Mapping[str, object] = seen.body if seen else {}
    untouched = Standing.DONE if proven else Standing.TO_DO
    times: list[datetime] = [one.at for one in (seen, row) if one is not None]
    return TableView(
        table=name,
        task=task,
        load=str(facts.get("state", "")),
        loaded_rows=_number(facts, "full_load_rows"),
        captured=_number(facts, "inserts", "updates", "deletes"),
        applied=_number(facts, "applied_inserts", "applied_updates", "applied_deletes"),
        compared=_compared(row, validating) if row is not None else untouched,
        compared_rows=row.source_rows if row else 0,
        suspects=row.candidates if row else 0,
        reason=row.reason if row else "",
        at=max(times, default=None),
    )


def _compared(row: ComparedRow, validating: bool) -> Standing:
    if row.reason:
        return Standing.FAILED
    if row.finished:
        return Standing.DONE
    return Standing.RUNNING if validating else Standing.BROKEN_OFF


def _number(facts: Mapping[str, object], *names: str) -> int:
    return sum(int(str(facts.get(name, 0))) for name in names)
