"""`replicate reload`, `replicate apply-settings`, and whether the tasks are as migration.toml says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from checks.facts import TableName
from migrate.errors import SaysNo, StateConflict, UsageError
from migrate.model.database import Side
from migrate.model.json import Facts
from migrate.model.plan import Plan
from migrate.model.replication import Direction, ReplicationTask, TaskSpec
from migrate.operations import history, names
from migrate.operations.attempt import attempt
from migrate.operations.moved import moved_tables, outdate
from migrate.operations.replicate import outdate_reloaded, refuse_gone, specs, status
from migrate.operations.watch import refuse_gaps
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.runner.memory import JournalMemory
from migrate.stages.replicate.changes import APPLY, RELOAD, ChangeWorld, reload_plan, settings_plan
from migrate.wiring.session import Session

MOST = 10
"""Tables in one ReloadTables call (dms.md §15)."""


def reload(session: Session, wanted: Sequence[str]) -> list[ReplicationTask]:
    """Load these tables again while everything else goes on. What was validated counts no more from now on.

    Also within a set-up that is past its load: where a proof says that a table is not fed, this mends it.
    Raises UsageError for names that are no table of the migration (REP-063) or too many (REP-064); SaysNo where DMS
    would refuse: the task does not run (REP-065), or is one without a full load (REP-066).
    """
    with session.writing() as journal:
        journal.verify()
        set_up = history.following(journal)
        require_loading_task(journal, "tables can be loaded again", set_up)
        assert set_up is not None
        tables = _chosen(session, set_up.request, wanted)
        for task in tables:
            found = session.tasks.describe(task)
            if found is None or found.status != "running":
                raise SaysNo(
                    f"task {task} is {found.status if found else 'gone'}: DMS loads tables again only while it runs",
                    code="REP-065",
                    hint="Run: aurora-migrate replicate resume, then repeat the command.",
                )
        outdate(journal, "replicate", f"loaded again: {', '.join(wanted)}", session.clock.now())
        plan = attempt(journal, RELOAD, "replicate-reload", lambda run: reload_plan(run, tables))
        _carry_out(session, journal, plan, ())
    return status(session)


def apply_settings(session: Session) -> list[ReplicationTask]:
    """Stop each task, give it the settings and mappings of migration.toml, and what it runs on its size; resume it.
    Nothing where they are alike. After a handover it is the replication instance alone.

    Raises AwsError(AWS-TASK-FIXED) for what DMS cannot change of a task, (AWS-TASK-GONE) for one that is not there,
    SaysNo(REP-068) for tables that nothing feeds after it.
    """
    with session.writing() as journal:
        journal.verify()
        _refuse_within_handover(journal)
        if _first_feeds(journal) or not (history.open_run(journal, APPLY) or _differ(session, ())):
            require_loading_task(journal, "settings can be applied")
        wanted = _wanted(session, journal)
        refuse_gone(session, [spec.identifier for spec in wanted])
        while history.open_run(journal, APPLY) is not None or _differ(session, wanted):
            outdate_reloaded(session, journal, [spec.identifier for spec in wanted])
            plan = attempt(journal, APPLY, "replicate-apply-settings", lambda run: settings_plan(run, wanted))
            _carry_out(session, journal, plan, wanted)
    return status(session)


def _wanted(session: Session, journal: Journal) -> tuple[TaskSpec, ...]:
    """The tasks that migration.toml describes; what a handover made is not among them."""
    return specs(session, journal) if _first_feeds(journal) else ()


def _differ(session: Session, wanted: Sequence[TaskSpec]) -> bool:
    changes = session.tasks.changes
    return bool(changes.instance_differing()) or any(changes.differing(one) for one in wanted)


def differing(session: Session) -> dict[str, list[str]]:
    """By task, and for the replication instance, what differs from migration.toml. After a handover the instance alone.

    Raises SourceError or AwsError when it cannot be told.
    """
    journal = session.history
    if history.last_done(journal, "replicate") is None:
        return {}
    changes = session.tasks.changes
    found = {"the replication instance": list(changes.instance_differing())}
    found |= {spec.identifier: list(changes.differing(spec)) for spec in _wanted(session, journal)}
    return {what: keys for what, keys in found.items() if keys}


def _first_feeds(journal: Journal) -> bool:
    return history.turned(journal) is None


def require_loading_task(journal: Journal, what: str, set_up: history.Run | None = None) -> None:
    """Raises SaysNo before the set-up and after a handover, StateConflict within one. `set_up` will do for one that is
    done."""
    _refuse_within_handover(journal)
    if (set_up or history.last_done(journal, "replicate")) is None:
        raise SaysNo("replication was not set up", code="REP-067", hint="Run: aurora-migrate replicate start")
    if not _first_feeds(journal):
        instead = (
            "The source serves and nothing of the way back is needed: aurora-migrate replicate destroy, drop the"
            " target's tables, aurora-migrate replicate start. Single rows: aurora-migrate validate --repair FILE"
            if history.owner(journal) is Side.SOURCE
            else "Single rows: aurora-migrate validate --repair FILE"
        )
        raise SaysNo(
            f"the task that feeds since {_last(journal)} captures changes only: no {what} of it",
            code="REP-066",
            hint=instead,
        )


def _refuse_within_handover(journal: Journal) -> None:
    if (begun := history.open_run(journal, *history.HANDOVERS, "finalize")) is not None:
        raise StateConflict(
            f"{begun.run} is open, and its feed is not to be changed", code="STA-017", hint="Run: aurora-migrate status"
        )


def _last(journal: Journal) -> str:
    last = history.turned(journal)
    return last.run if last else ""


def _chosen(session: Session, request: Facts, wanted: Sequence[str]) -> dict[str, tuple[TableName, ...]]:
    """By the identifier of the task that feeds them."""
    if len(set(wanted)) > MOST:
        raise UsageError(
            f"{len(set(wanted))} tables were named, DMS loads at most {MOST} again at a time",
            code="REP-064",
            hint="Name ten, and the others when these are complete. For all of them: replicate destroy, then start.",
        )
    known = {
        str(table): (names.task(session.name, task.name, Direction.FORWARD, 0), table)
        for task in session.settings.tasks
        for table in moved_tables(request, task.name)
    }
    if unknown := [name for name in wanted if name not in known]:
        raise UsageError(
            f"{', '.join(unknown)}: not a table of this migration",
            code="REP-063",
            hint="Write schema.table as `aurora-migrate replicate status` shows it.",
        )
    found: dict[str, tuple[TableName, ...]] = {}
    for name in dict.fromkeys(wanted):
        task, table = known[name]
        found[task] = (*found.get(task, ()), table)
    return found


def _carry_out(session: Session, journal: Journal, plan: Plan[ChangeWorld], wanted: tuple[TaskSpec, ...]) -> None:
    changing = ChangeWorld(
        fed=session.target,
        tasks=session.tasks,
        specs=wanted,
        refuse_gap=partial(refuse_gaps, session),
        control_schema=names.CONTROL_SCHEMA,
        memory=JournalMemory(journal, plan.run),
        emit=session.emit,
    )
    execute(plan, changing, journal, emit=session.emit, clock=session.clock)
