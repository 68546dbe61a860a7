"""Replicate: set up, look, stop, resume."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from migrate.errors import AwsError, SaysNo, StateConflict, UsageError
from migrate.events import Noted
from migrate.model.database import Side
from migrate.model.family import FAMILY_OF
from migrate.model.replication import GIVEN_UP, Compute, Direction, ReplicationTask, TaskSpec
from migrate.model.replication_plan import ReplicationPlan
from migrate.operations import history, names, watch
from migrate.operations.endpoints import endpoint
from migrate.operations.finalize import refuse_abandoned
from migrate.operations.handover import friends
from migrate.operations.moved import outdate, require_tasks
from migrate.operations.replication_plan import Look, journaled, make, refuse_unsound
from migrate.operations.selection import select, tuning
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.runner.explain import explain as explain_plan
from migrate.runner.memory import JournalMemory
from migrate.stages.replicate import onward
from migrate.stages.replicate.load import CreateTask
from migrate.stages.replicate.plan import plan as replicate_plan
from migrate.stages.replicate.quotas import needs
from migrate.stages.replicate.world import AccountRequest, ReplicateRequest, ReplicateWorld, TaskRequest
from migrate.wiring.session import Session

WATCHED_SECONDS = 60.0
REPAIR_HOURS = 24
"""What a feed that stopped may cost before the place where it goes on is purged from the log."""
REPAIR = "aurora-migrate validate --repair FILE"


def start(session: Session) -> list[ReplicationTask]:
    """Run the stage, or go on with it where it was broken off. Raises SaysNo when it is done already."""
    with session.writing() as journal:
        journal.verify()
        refuse_abandoned(journal)
        _require_blockers_gone(journal, session.clock.now())
        if history.last_done(journal, "replicate") is not None:
            raise SaysNo("replication is set up already", code="REP-002", hint="See: aurora-migrate replicate status")
        plan = None if history.open_run(journal, "replicate") else refuse_unsound(session, journal)
        request = _request(session, journal)
        if plan is not None:
            journaled(journal, plan, request.run, session.clock.now())
        world = _world(session, journal, request)
        execute(replicate_plan(request), world, journal, emit=session.emit, clock=session.clock)
    return status(session)


def _world(session: Session, journal: Journal, request: ReplicateRequest) -> ReplicateWorld:
    return ReplicateWorld(
        request=request,
        source=session.source,
        target=session.target,
        tasks=session.tasks,
        reach=session.reach,
        secrets=session.secrets,
        traffic=session.traffic,
        premigration=session.premigration,
        quotas=session.quotas,
        needs=_needs(session),
        control_schema=names.CONTROL_SCHEMA,
        memory=JournalMemory(journal, request.run),
        emit=session.emit,
        clock=session.clock,
    )


def specs(session: Session, journal: Journal) -> tuple[TaskSpec, ...]:
    """The tasks with the full load as migration.toml and the source's catalog would make them now."""
    request = _request(session, journal)
    world = _world(session, journal, request)
    return tuple(CreateTask(task=task.name).spec(world) for task in request.tasks)


def explain(session: Session) -> list[tuple[str, str, str]]:
    """Id, title and state of every step of `start`."""
    journal = session.history
    plan = replicate_plan(_request(session, journal))
    return [(step.id, step.title, step.state.value) for step in explain_plan(plan, journal)]


def planned(session: Session, look: Look) -> ReplicationPlan:
    """The plan with its steps; without them before there is a target, for they name its endpoints."""
    made = make(session, look)
    try:
        return replace(made, steps=tuple(explain(session)))
    except (AwsError, UsageError) as problem:
        session.emit(Noted(f"the steps cannot be told yet: {problem}", warning=True))
        return made


def status(session: Session) -> list[ReplicationTask]:
    """The tasks that feed now, as DMS reports them."""
    found = [session.tasks.describe(identifier) for identifier in feeding(session)]
    return [task for task in found if task is not None]


def _no_handover_open(journal: Journal) -> None:
    begun = history.open_run(journal, *history.HANDOVERS)
    if begun is not None:
        raise StateConflict(
            f"{begun.run} is open: it decides which task runs",
            code="STA-014",
            hint="Run: aurora-migrate cutover resume. Or go back: aurora-migrate rollback",
        )


def stop(session: Session) -> list[ReplicationTask]:
    """Raises StateConflict while a cutover or rollback is open, AwsError(AWS-TASK-GONE) where a task is not there."""
    with session.writing() as journal:
        _no_handover_open(journal)
        for identifier in feeding(session):
            session.tasks.stop(identifier)
        refuse_gone(session, watch.made_tasks(session))
    return status(session)


def refuse_gone(session: Session, made: Sequence[str]) -> None:
    """Raises AwsError for tasks that were made, and that AWS does not have any more: nobody stops or changes those."""
    if gone := [identifier for identifier in made if session.tasks.describe(identifier) is None]:
        raise AwsError(
            f"there is no task {', '.join(gone)}", code="AWS-TASK-GONE", hint="Run: aurora-migrate replicate status"
        )


def resume(session: Session) -> list[ReplicationTask]:
    """Returns when changes arrive again. Raises StateConflict while a cutover or rollback is open.

    Connections are tested first: a task whose login was changed meanwhile would only try again for long. Tables that
    are loaded again for it have to be validated again, and so have those that a task without a load gave up before;
    SaysNo(REP-068) names those that nothing feeds then.
    """
    with session.writing() as journal:
        _no_handover_open(journal)
        watch.refuse_gaps(session)
        tasks = feeding(session)
        for identifier in tasks:
            session.tasks.changes.check(identifier)
        if history.last_done(journal, *history.HANDOVERS) is None:
            outdate_reloaded(
                session, journal, [task.identifier for task in status(session) if task.status != "running"]
            )
            onward.resume(session.tasks, tasks, emit=session.emit)
        else:
            _outdate_given_up(session, journal)
            for identifier in tasks:
                session.tasks.resume(identifier)
        _watch(session, history.owner(journal))
    return status(session)


def outdate_reloaded(session: Session, journal: Journal, tasks: Sequence[str]) -> None:
    """What was validated counts no more where tables are loaded again once their tasks are resumed."""
    if loaded := [str(one) for task in tasks for one in onward.loaded_by_a_resume(session.tasks, task)]:
        outdate(journal, "replicate", f"loaded again: {', '.join(loaded)}", session.clock.now())


def _outdate_given_up(session: Session, journal: Journal) -> None:
    """A task without a load takes such tables up where it is in the log, whatever it left out before."""
    lacking = [str(table) for task in status(session) if task.status != "running" for table in task.in_states(GIVEN_UP)]
    if lacking:
        why = f"changes may be missing: {', '.join(lacking)}"
        outdate(journal, "replicate", why, session.clock.now())
        session.emit(Noted(f"{why}. Find and mend them: {REPAIR}", warning=True))


def _watch(session: Session, owner: Side) -> None:
    """Until a change arrives: DMS calls a task running before it has found its place in the log.

    Raises AwsError for one that fails meanwhile. One that only has much to catch up with is left to it, if it runs and
    feeds every table.
    """
    leaving, arriving = (session.source, session.target) if owner is Side.SOURCE else (session.target, session.source)
    direction = Direction.FORWARD if owner is Side.SOURCE else Direction.REVERSE
    for task, identifier in zip(session.settings.tasks, feeding(session), strict=True):
        marker = names.marker(task.name, direction)
        token = f"resume/{session.clock.now().isoformat()}"
        leaving.markers.write(marker, token)
        deadline = session.clock.monotonic() + WATCHED_SECONDS
        while not arriving.markers.seen(marker, token):
            session.tasks.start(identifier)
            if session.clock.monotonic() > deadline:
                session.emit(Noted(f"{identifier} runs, and is still catching up", warning=True))
                break
            session.clock.sleep(0.2)
        _require_feeding(session, identifier)


def _require_feeding(session: Session, identifier: str) -> None:
    """A task that stopped for a good reason is well, and feeds nothing; one that runs may have given tables up."""
    task = session.tasks.describe(identifier)
    if task is None or task.status != "running":
        raise SaysNo(
            f"task {identifier} does not run any more: {task.stop_reason if task else 'it is gone'}",
            code="REP-069",
            hint="Run again: aurora-migrate replicate resume",
        )
    again = (
        "aurora-migrate replicate reload SCHEMA.TABLE"
        if history.turned(session.history) is None
        else f"aurora-migrate replicate stop, then: aurora-migrate replicate resume. The rows it left out: {REPAIR}"
    )
    onward.refuse_unfed([task], f"Correct the cause that the task's log names, then: {again}")


def feeding(session: Session) -> list[str]:
    """Identifiers of the tasks that feed the side the application is not on.

    Raises StateConflict when [[tasks]] names other tasks than those.
    """
    begun = history.open_run(session.history, "replicate") or history.last_done(session.history, "replicate")
    if begun is not None:
        require_tasks(begun.request, [task.name for task in session.settings.tasks])
    last = history.turned(session.history)
    forward = last is None or last.stage == "rollback"
    direction = Direction.FORWARD if forward else Direction.REVERSE
    return [names.task(session.name, t.name, direction, last.number if last else 0) for t in session.settings.tasks]


def _require_blockers_gone(journal: Journal, now: datetime) -> None:
    """A blocker for this stage that nobody waived would lose rows silently.

    No assessment, or one that expired, is no clean one.
    """
    found = journal.evidence("assessment")
    if not found:
        raise SaysNo("the source was not assessed", code="REP-003", hint="Run: aurora-migrate assess")
    blockers = found[-1].facts.get("blockers")
    if blockers != 0:
        raise SaysNo(
            f"the assessment left {blockers} blockers",
            code="REP-004",
            hint="Mend what `aurora-migrate assess` lists, or waive it in migration.toml ([[waivers]]); assess again.",
        )
    if now >= found[-1].expires_at:
        raise SaysNo(
            f"the assessment expired at {found[-1].expires_at:%Y-%m-%d %H:%M} UTC",
            code="REP-005",
            hint="Run: aurora-migrate assess",
        )


def _request(session: Session, journal: Journal) -> ReplicateRequest:
    begun = history.open_run(journal, "replicate") or history.last_done(journal, "replicate")
    settings = session.settings
    family = FAMILY_OF[settings.source.engine]
    catalog = session.source.catalog(settings.source.schemas)
    name = session.name

    def task(section_name: str) -> TaskRequest:
        section = next(t for t in settings.tasks if t.name == section_name)
        ends = {
            role: endpoint(session, side, role, names.endpoint(name, section_name, Direction.FORWARD, 0, role))
            for side, role in ((Side.SOURCE, "source"), (Side.TARGET, "target"))
        }
        return TaskRequest(
            name=section_name,
            tables=select(catalog, section),
            identifier=names.task(name, section_name, Direction.FORWARD, 0),
            forward_marker=names.marker(section_name, Direction.FORWARD),
            reverse_marker=names.marker(section_name, Direction.REVERSE),
            source=ends["source"],
            target=ends["target"],
            full_load_subtasks=section.full_load_subtasks,
            tuning=tuning(settings, section),
        )

    return ReplicateRequest(
        migration=name,
        run=begun.run if begun else f"replicate-{history.next_number(journal, 'replicate')}",
        schemas=settings.source.schemas or catalog.schemas,
        tasks=tuple(task(section.name) for section in settings.tasks),
        accounts=tuple(_account(session, side, use) for side in Side for use in ("capture", "feed")),
        target_friends=friends(session, Side.TARGET),
        full_load_subtasks=settings.replication.full_load_subtasks,
        feed_holds_slot=family.feed_holds_slot,
        keys_before_changes=family.keys_before_changes,
        premigration=session.premigration is not None,
        accepted_differences=settings.replication.accepted_differences,
        roles=settings.roles,
        keep_log_hours=math.ceil(settings.limits.reverse_window_hours) + REPAIR_HOURS,
    )


def _needs(session: Session) -> dict[str, int]:
    settings = session.settings
    serverless = settings.replication.compute is Compute.SERVERLESS
    return needs(len(settings.tasks), settings.replication.allocated_storage_gb, serverless=serverless)


def _account(session: Session, side: Side, use: str) -> AccountRequest:
    address = session.source_address if side is Side.SOURCE else session.target_address
    replication = session.settings.replication
    return AccountRequest(
        side=side.value,
        user=replication.capture_user if use == "capture" else replication.feed_user,
        secret=names.dms_secret(session.name, side, use),
        host=address.host,
        port=address.port,
        database=address.database,
        replication=use == "capture",
    )
