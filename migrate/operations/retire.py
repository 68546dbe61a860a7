"""Take away the replication, or everything a migration made: asked for by name, after everything that needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from migrate.errors import SaysNo, UsageError
from migrate.events import Noted
from migrate.model.database import Side
from migrate.model.journal import Kind as Record
from migrate.model.leftover import Kind, Leftover
from migrate.operations import history
from migrate.operations.attempt import attempt
from migrate.operations.finalize import noted_of_switch
from migrate.operations.handover import recorded
from migrate.operations.leftovers import Look, look
from migrate.operations.moved import outdate
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.runner.memory import JournalMemory
from migrate.stages.retire.plan import RELEASE
from migrate.stages.retire.plan import plan as retire_plan
from migrate.stages.retire.world import RetireRequest, RetireWorld
from migrate.wiring.session import Session

OF_REPLICATION = frozenset(
    {Kind.TASK, Kind.ENDPOINT, Kind.INSTANCE, Kind.SUBNET_GROUP, Kind.CERTIFICATE}
    | {Kind.SLOT, Kind.CONTROL, Kind.MARKERS}
)
"""Without its tasks a slot is read by nobody, and would fill the server's disk. A set-up anew must find neither markers
nor exceptions of the old one."""

STATUS = "Run: aurora-migrate status"
GIVE_UP = "Give it up with: aurora-migrate cutover approve --finalize, then: aurora-migrate cutover finalize"


def destroy_steps(session: Session) -> list[tuple[str, str]]:
    """Id and title of every step that `destroy` would take now."""
    request = _request(session, session.history, history.DESTROY, look(session, session.history), OF_REPLICATION)
    return [(step.id, step.title) for step in retire_plan(request).steps]


def destroy(session: Session, confirmed: str) -> Look:
    """Delete tasks, endpoints, instance, subnet group and certificates, drop slots, control tables and markers. Returns
    what is left: logins and their secrets, with which `replicate start` may set up anew.

    Raises UsageError(REP-060) unless `confirmed` is the migration's name, SaysNo while a handover is open (REP-061) or
    the way back rests on the replication (REP-062).
    """
    if confirmed != session.name:
        raise UsageError(_misnamed(confirmed), code="REP-060", hint=_meant(session, "replicate destroy"))
    with session.writing() as journal:
        journal.verify()
        if _handover_open(journal):
            raise SaysNo("a handover is open, and needs the replication", code="REP-061", hint=STATUS)
        if history.owner(journal) is Side.TARGET and history.last_done(journal, "finalize") is None:
            raise SaysNo(
                "the application runs on the target, and the way back rests on this replication",
                code="REP-062",
                hint=GIVE_UP,
            )
        seen = look(session, journal)
        _warn(session, seen)
        _carry_out(session, journal, _request(session, journal, history.DESTROY, seen, OF_REPLICATION))
        outdate(journal, "replicate", "the replication was destroyed", session.clock.now())
        return look(session, journal)


def cleanup(session: Session, confirmed: str, *, abandon: bool) -> Look:
    """Remove everything this migration left. Returns what is left then, which is kept for the reason it tells.

    Raises UsageError(CLN-001) unless `confirmed` is the migration's name, SaysNo while a handover is open (CLN-002),
    before the way back was given up (CLN-003), while the migration is neither finalized nor abandoned (CLN-004), and
    when something is left that should have gone, or could not be looked at (CLN-005): but for a source of which a
    person said that it is gone for good.
    """
    if confirmed != session.name:
        raise UsageError(_misnamed(confirmed), code="CLN-001", hint=_meant(session, "cleanup"))
    with session.writing() as journal:
        journal.verify()
        if _handover_open(journal):
            raise SaysNo("a handover is open, and needs what it made", code="CLN-002", hint=STATUS)
        finalized = history.last_done(journal, "finalize") is not None
        if not finalized:
            _abandoned(journal, abandon)
        seen = look(session, journal)
        _warn(session, seen)
        request = _request(session, journal, history.CLEANUP, seen, frozenset(Kind))
        released = finalized or any(entry.step == RELEASE for entry in journal.entries(kind=Record.DONE))
        noted = {} if released else noted_of_switch(journal)
        _carry_out(session, journal, replace(request, abandoned=not finalized, noted=noted))
        left = look(session, journal)
    given_up = [Side.SOURCE.value] if history.without_source(session.history) else []
    unseen = [(side, why) for side, why in left.unseen if not (side in given_up and side in left.away)]
    if left.removable or unseen:
        what = [str(one) for one in left.removable] + [f"the {side}: {why}" for side, why in unseen]
        raise SaysNo(
            f"not everything could be removed or looked at: {'; '.join(what)}",
            code="CLN-005",
            hint="Mend what it names, then repeat the command: it goes on with what is left.",
        )
    return left


def _abandoned(journal: Journal, abandon: bool) -> None:
    if history.owner(journal) is Side.TARGET:
        raise SaysNo(
            "the application runs on the target, and its way back would be taken away",
            code="CLN-003",
            hint=GIVE_UP,
        )
    if not (abandon or history.abandoned(journal)):
        raise SaysNo(
            "this migration is not finalized",
            code="CLN-004",
            hint="If it is to end here, with the application on the source, say so: --abandon",
        )


def _misnamed(confirmed: str) -> str:
    return f"{confirmed or 'nothing'} was named, this migration is another"


def _meant(session: Session, command: str) -> str:
    return f"If you mean it: aurora-migrate {command} --confirm {session.name}"


def _handover_open(journal: Journal) -> bool:
    return history.open_run(journal, *history.HANDOVERS, "finalize") is not None


def _warn(session: Session, seen: Look) -> None:
    for side, why in seen.unseen:
        session.emit(Noted(f"the {side} cannot be looked at, what is there stays: {why}", warning=True))


def _request(session: Session, journal: Journal, stage: str, seen: Look, kinds: Iterable[Kind]) -> RetireRequest:
    """Sizes are left out, for they change from one attempt to the next."""
    going: list[Leftover] = [replace(one, size=None) for one in seen.removable if one.kind in set(kinds)]
    request = RetireRequest(stage=stage, run="", migration=session.name, found=tuple(going))
    begun = [run for run in history.runs(journal, "replicate") if run.outcome != history.DESTROYED]
    ended = history.last_done(journal, history.CLEANUP, "finalize") is not None
    if begun and not ended and seen.target_stands and history.owner(journal) is Side.SOURCE:
        closed, rested = recorded(history.last_done(journal, *history.HANDOVERS), begun[-1])
        request = replace(request, closed_by=closed, rested_by=rested)
    return request


def _carry_out(session: Session, journal: Journal, request: RetireRequest) -> None:
    prefix = request.stage.replace(" ", "-")
    plan = attempt(journal, request.stage, prefix, lambda run: retire_plan(replace(request, run=run)))
    world = RetireWorld(
        request=replace(request, run=plan.run),
        sides=session,
        cloud=session.leftovers,
        traffic=session.traffic,
        memory=JournalMemory(journal, plan.run),
        emit=session.emit,
        clock=session.clock,
    )
    execute(plan, world, journal, emit=session.emit, clock=session.clock)
