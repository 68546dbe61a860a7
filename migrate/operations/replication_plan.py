"""The plan of a replication: measures the source, reads the settings, asks the planner. Changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from checks.facts import Catalog, TableName
from migrate.errors import SaysNo
from migrate.events import Noted
from migrate.model.family import FAMILY_OF
from migrate.model.measurement import Measurements
from migrate.model.replication import Compute, Direction
from migrate.model.replication_plan import ReplicationPlan
from migrate.operations import history, measured, measuring, names, target_asked
from migrate.operations.selection import chosen, idle, subtasks, together, tuning
from migrate.ports.journal import Journal
from migrate.settings import Settings
from migrate.stages.replicate.planning.asked import Asked, AskedTask, LoadRate
from migrate.stages.replicate.planning.plan import plan
from migrate.stages.replicate.planning.proposal import DEFAULT, Thresholds
from migrate.wiring.session import Session

PIECES, LINE = 8, "\n"
KEYLESS = ("PG301", "PG305", "MY301")
"""Findings about tables whose rows DMS cannot tell apart."""
EVIDENCE, KEPT = "replication-plan", timedelta(days=30)


@dataclass(frozen=True)
class Look:
    """How closely the source is measured."""

    lobs: bool = True
    writes_seconds: float = 0.0
    """Two samples so far apart; 0: what the server counted since it began to."""


def make(session: Session, look: Look | None = None, thresholds: Thresholds = DEFAULT) -> ReplicationPlan:
    """Raises SourceError where the source cannot be read."""
    return plan(asked(session, session.history, look or Look(), thresholds, started=False), thresholds)


def refuse_unsound(session: Session, journal: Journal) -> ReplicationPlan:
    """The plan that a start follows. Raises SaysNo with everything that speaks against it."""
    made = plan(asked(session, journal, Look()))
    for warning in made.warnings:
        session.emit(Noted(f"{warning.text}. {warning.remedy}", warning=True))
    if made.refusals:
        told = "; ".join(f"{one.text} ({one.remedy.replace(LINE, ' ')})" for one in made.refusals)
        raise SaysNo(f"the plan is refused: {told}", code="REP-020", hint="See: aurora-migrate replicate plan")
    return made


def asked(
    session: Session, journal: Journal, look: Look, thresholds: Thresholds = DEFAULT, *, started: bool = True
) -> Asked:
    """Everything that the planner is told; what is only looked at, not `started`, needs no target that answers."""
    settings, source = session.settings, session.source
    catalog = source.catalog(settings.source.schemas)
    tasks = tuple(_task(session, catalog, section.name) for section in settings.tasks)
    tables = sorted({table for task in tasks for table in task.tables})
    serverless = settings.replication.compute is Compute.SERVERLESS
    target = target_asked.target(session, needed=started)
    return Asked(
        family=FAMILY_OF[settings.source.engine],
        catalog=catalog,
        tasks=tasks,
        measured=_measured(session, catalog, tables, look, thresholds),
        rate=_rate(journal),
        full_load_subtasks=settings.replication.full_load_subtasks,
        instance_class="" if serverless else settings.replication.instance_class,
        storage_gb=settings.replication.allocated_storage_gb,
        most_units=settings.replication.maximum_capacity if serverless else 0,
        time_zone=settings.source.time_zone,
        slots_made=(history.open_run(journal, "replicate") or history.last_done(journal, "replicate")) is not None,
        accepted=_accepted(settings, tables, session.clock.now().date()),
        roles=target_asked.roles(session, catalog, target, needed=started),
        extensions=target_asked.extensions(session, target),
    )


def _task(session: Session, catalog: Catalog, name: str) -> AskedTask:
    settings = session.settings
    section = next(task for task in settings.tasks if task.name == name)
    return AskedTask(
        name=name,
        identifier=names.task(session.name, name, Direction.FORWARD, 0),
        tables=chosen(catalog, section),
        marker_table=session.source.markers.table(names.marker(name, Direction.FORWARD)),
        tuning=tuning(settings, section),
        full_load_subtasks=subtasks(settings, section),
        together=together(catalog, section),
        idle_patterns=idle(catalog, section),
    )


def _accepted(settings: Settings, tables: list[TableName], today: date) -> frozenset[TableName]:
    """Tables without a key that a waiver names: assess asked for it with PG301, PG305 or MY301."""
    waived = [one.object for one in settings.waivers if one.code in KEYLESS and one.expires >= today]
    return frozenset(table for table in tables if any(fnmatchcase(str(table), pattern) for pattern in waived))


def _rate(journal: Journal) -> LoadRate:
    """Rows a second of the last load on record, else what the planner assumes."""
    found = measured.loaded(journal)
    if found is None or not found.rows or not found.seconds:
        return LoadRate()
    basis = f"at {found.rows / found.seconds:,.0f} rows a second, {found.basis}"
    return LoadRate(rows_per_second=found.rows / found.seconds, basis=basis)


# --- measuring ----------------------------------------------------------------------------------------------------


def _measured(
    session: Session, catalog: Catalog, tables: list[TableName], look: Look, thresholds: Thresholds
) -> Measurements:
    lobs, missed = measuring.lobs(session, catalog, tables) if look.lobs else ((), ())
    writes, seconds, basis = measuring.writes(session, tables, look.writes_seconds)
    return Measurements(
        lobs=lobs,
        writes=writes,
        seconds=seconds,
        basis=basis,
        cuts=_cuts(session, catalog, tables, thresholds),
        unmeasured=missed,
    )


def _cuts(
    session: Session, catalog: Catalog, tables: list[TableName], thresholds: Thresholds
) -> tuple[tuple[TableName, str, tuple[str, ...]], ...]:
    """Of huge tables, by the first column of the key."""
    found = []
    for name in tables:
        table = catalog.table(name)
        if table is None or (table.bytes or 0) < thresholds.huge_bytes or table.primary_key is None:
            continue
        column = table.primary_key.columns[0]
        bounds = tuple(session.source.measures.cuts(name, column, PIECES))
        if bounds:
            found.append((name, column, bounds))
    return tuple(found)


def journaled(journal: Journal, made: ReplicationPlan, run: str, now: datetime) -> None:
    """Keep which plan a start follows: its digest, and the tasks' tables, settings and mappings."""
    journal.record(
        EVIDENCE,
        run=run,
        expires_at=now + KEPT,
        facts={
            "digest": made.digest,
            "load": {"seconds": round(made.load.seconds, 3), "basis": made.load.basis} if made.load else None,
            "tasks": [
                {
                    "task": task.identifier,
                    "tables": [str(one.table) for one in task.tables],
                    "settings": task.settings,
                    "mappings": task.mappings,
                }
                for task in made.tasks
            ],
            "warnings": [one.code for one in made.warnings],
        },
    )


def write(made: ReplicationPlan, folder: Path) -> None:
    """`<task>.mappings.json` and `<task>.settings.json` for each task, as `aws dms` takes them. Overwrites its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for task in made.tasks:
        for kind, content in (("mappings", task.mappings), ("settings", task.settings)):
            (folder / f"{task.name}.{kind}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
