"""Builds a handover's request from settings and journal: which feed ends, what opens, what the way back is called."""

from __future__ import annotations

from checks.facts import TableName
from migrate.errors import SaysNo
from migrate.model.database import Side
from migrate.model.handover import Feed, HandoverRequest, Recorded, Systems
from migrate.model.replication import Direction, EndpointSpec
from migrate.operations import history, names
from migrate.operations.endpoints import endpoint
from migrate.operations.moved import blind, moved_tables, require_tasks, witness
from migrate.operations.selection import tuning
from migrate.ports.journal import Journal
from migrate.stages.cutover.freeze import Fence
from migrate.stages.replicate.plan import CLOSE_TARGET, NOTE_SLOT, REST_TRIGGERS
from migrate.wiring.session import Session


def friends(session: Session, side: Side) -> tuple[str, ...]:
    """Logins that stay connected to `side` through a freeze."""
    settings = session.settings
    master = settings.source.user if side is Side.SOURCE else settings.target.master_username
    users = (settings.replication.capture_user, settings.replication.feed_user)
    return tuple(dict.fromkeys((master, *users, *settings.application.friends)))


def resting_place(previous: history.Run | None, replicated: str) -> Recorded:
    """The step that put to rest what rests now: that of the last handover, else of the replication's run."""
    return Recorded(previous.run, "after/rest-triggers") if previous else Recorded(replicated, REST_TRIGGERS)


def systems(session: Session) -> Systems:
    """What the settings name; asks nobody."""
    settings, source = session.settings, session.source_address
    return Systems(
        source=f"{source.host}:{source.port}/{source.database}",
        stack=settings.target.stack,
        secret=settings.application.secret,
        switched=settings.switched,
    )


def build(session: Session, journal: Journal, stage: str) -> HandoverRequest:
    """The open handover, built as it was begun, or else the next one of this stage.

    Raises SaysNo when replication was never set up or the application runs on the wrong side.
    """
    replicated = history.last_done(journal, "replicate")
    if replicated is None:
        raise SaysNo("replication was not set up", code="CUT-003", hint="Run: aurora-migrate replicate start")
    require_tasks(replicated.request, [task.name for task in session.settings.tasks])
    leaving = Side.SOURCE if stage == "cutover" else Side.TARGET
    begun = history.open_run(journal, *history.HANDOVERS)
    if begun is None and history.owner(journal) is not leaving:
        other = "rollback" if stage == "cutover" else "cutover run"
        raise SaysNo(
            f"the application does not run on the {leaving.value}", code="CUT-004", hint=f"Try: aurora-migrate {other}"
        )
    previous = history.last_done(journal, *history.HANDOVERS)
    number = begun.number if begun else history.next_number(journal, *history.HANDOVERS)
    slot = witness(journal)
    if slot is None and not blind(journal):
        raise SaysNo("there is no clean validation that holds", code="CUT-007", hint="Run: aurora-migrate validate")
    _refuse_unfenced_application(session)
    settings, cluster = session.settings, session.cluster
    migration = settings.migration.name
    closing, resting = recorded(previous, replicated)
    return HandoverRequest(
        migration=migration,
        run=f"{stage}-{number}",
        number=number,
        leaving=leaving,
        systems=systems(session),
        feeds=tuple(
            _feed(
                session,
                leaving,
                number,
                task.name,
                moved_tables(replicated.request, task.name),
                previous,
                replicated.run,
            )
            for task in settings.tasks
        ),
        source_friends=friends(session, Side.SOURCE),
        target_friends=friends(session, Side.TARGET),
        known_logins=settings.application.known_logins,
        cluster=cluster.identifier,
        feed_user=settings.replication.feed_user,
        closed_by=closing,
        rested_by=resting,
        accepted_differences=settings.replication.accepted_differences,
        roles=settings.roles,
        witness_slot=slot or "",
        schemas=tuple(str(schema) for schema in schemas)
        if isinstance(schemas := replicated.request.get("schemas"), list)
        else (),
        freeze_slot=names.slot(migration, "freeze", str(number)),
        control_schema=names.CONTROL_SCHEMA,
        sequence_headroom=settings.limits.sequence_headroom,
        limits=settings.gate_limits,
        target_host=cluster.host,
        target_port=cluster.port,
        target_database=settings.target.database,
        target_ca_file=session.target_address.ca_file,
    )


def recorded(previous: history.Run | None, replicated: history.Run) -> tuple[Recorded, Recorded]:
    """The steps that last closed the fed side to applications, and put its triggers to rest."""
    if previous is not None:
        return Recorded(previous.run, Fence.name), resting_place(previous, replicated.run)
    return Recorded(replicated.run, CLOSE_TARGET), resting_place(None, replicated.run)


def _refuse_unfenced_application(session: Session) -> None:
    """An application that no fence holds, or that logs in as one who stays connected, could never be kept out."""
    user = session.traffic.credentials().user
    beyond = [side.side.value for side in (session.source, session.target) if side.fence.passed_by(user)]
    if beyond:
        raise SaysNo(
            f"the application logs in as {user}, whom no fence holds on the {' and the '.join(beyond)}",
            code="CUT-009",
            hint="Give the application a login without SUPERUSER or SYSTEM_USER, in its secret and on the source.",
        )
    if user in {*friends(session, Side.SOURCE), *friends(session, Side.TARGET)}:
        raise SaysNo(
            f"the application logs in as {user}, which stays connected through a freeze",
            code="CUT-008",
            hint="Give the application a login of its own, in its secret and on the source.",
        )


def _feed(
    session: Session,
    leaving: Side,
    number: int,
    name: str,
    tables: tuple[TableName, ...],
    previous: history.Run | None,
    replicate_run: str,
) -> Feed:
    migration = session.name
    ending, coming = (
        (Direction.FORWARD, Direction.REVERSE) if leaving is Side.SOURCE else (Direction.REVERSE, Direction.FORWARD)
    )
    born = previous.number if previous else 0
    back_slot = names.slot(migration, name, coming.value, str(number))
    probe_slot = names.slot(migration, name, "probe", str(number))

    def side_endpoint(side: Side, role: str, slot: str | None = None, suffix: str = "") -> EndpointSpec:
        identifier = names.endpoint(migration, name, coming, number, f"{suffix}{role}")
        return endpoint(session, side, role, identifier, slot)

    return Feed(
        name=name,
        tables=tables,
        task=names.task(migration, name, ending, born),
        slot=names.slot(migration, name, ending.value, str(born)) if previous else None,
        slot_recorded=None if previous else Recorded(replicate_run, f"{NOTE_SLOT}:{name}"),
        marker=names.marker(name, ending),
        back_task=names.task(migration, name, coming, number),
        back_slot=back_slot,
        back_marker=names.marker(name, coming),
        back_source=side_endpoint(leaving.other, "source", back_slot),
        back_target=side_endpoint(leaving, "target"),
        probe_slot=probe_slot,
        probe_task=f"{names.task(migration, name, coming, number)}-probe",
        probe_source=side_endpoint(leaving.other, "source", probe_slot, "probe-"),
        tuning=tuning(session.settings, next(task for task in session.settings.tasks if task.name == name)),
    )
