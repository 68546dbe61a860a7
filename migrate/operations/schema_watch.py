"""The schema of both sides while a migration runs: how they differ, and what DDL did to the source since."""

from __future__ import annotations

from migrate.errors import SaysNo
from migrate.model.database import Side
from migrate.model.inventory import Discrepancy
from migrate.operations import history
from migrate.operations.handover import friends, resting_place
from migrate.runner.memory import JournalMemory
from migrate.stages.assess.shape import changes, shape, unpacked
from migrate.stages.replicate.plan import COMPARE_SCHEMA
from migrate.stages.schema_diff import schema_diff
from migrate.wiring.session import Session

HINT = "Make the change on the target, too, load what it touched anew (replicate reload), then: aurora-migrate validate"


def differences(session: Session) -> tuple[Discrepancy, ...]:
    """How the target's schema differs from the source's, expected differences with their reason.

    Raises SaysNo before a schema was copied.
    """
    journal, settings = session.history, session.settings
    begun = history.last_done(journal, "replicate") or history.open_run(journal, "replicate")
    if begun is None:
        raise SaysNo("no schema was copied yet", code="REP-081", hint="Run: aurora-migrate replicate start")
    where = resting_place(history.turned(journal), begun.run)
    logins = (*friends(session, Side.SOURCE), *friends(session, Side.TARGET))
    return schema_diff(
        session.source,
        session.target,
        settings.source.schemas,
        friends=tuple(dict.fromkeys(logins)),
        resting=JournalMemory(journal, where.run).before(where.step),
        accepted=settings.replication.accepted_differences,
        roles=settings.roles,
    )


def drift(session: Session) -> tuple[str, ...]:
    """What DDL did to the source since replication began, one line each: `table app.orders: changed`.

    Empty where no schema is on record. A table whose rows lie in another place although its shape is the same was
    emptied by TRUNCATE, or rewritten.
    """
    replicated = history.last_done(session.history, "replicate")
    recorded = JournalMemory(session.history, replicated.run).facts(COMPARE_SCHEMA) if replicated else None
    text, stored = (recorded or {}).get("shape"), (recorded or {}).get("stored")
    if not isinstance(text, str) or not isinstance(stored, dict):
        return ()
    catalog = session.source.catalog(session.settings.source.schemas)
    found = changes(unpacked(text), shape(catalog))
    now = session.source.schema.stored([table.name for table in catalog.tables])
    altered = {*found.changed, *found.added}
    moved = [
        f"table {table}: emptied by TRUNCATE, or rewritten"
        for table, mark in sorted(now.items())
        if stored.get(str(table), mark) != mark and f"table {table}" not in altered
    ]
    return (*found.told, *moved)
