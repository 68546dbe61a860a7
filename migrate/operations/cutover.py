"""Cutover, rollback and finalize: plan, approve, run, resume, unwind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from migrate.errors import HumanMustDecide, SaysNo, SourceError, StateConflict, TargetError
from migrate.events import Noted
from migrate.model.cutover import Ownership
from migrate.model.database import Side
from migrate.model.handover import HandoverRequest, restore
from migrate.model.json import Facts
from migrate.model.runbook import Runbook
from migrate.operations import finalize, history
from migrate.operations.handover import build, systems
from migrate.operations.landing import Ready, land, refuse_moved, refused, switched
from migrate.operations.runbooks import runbook
from migrate.operations.watch import read_server
from migrate.ports.journal import Journal
from migrate.runner.execute import execute, execute_until
from migrate.runner.load import parse
from migrate.runner.memory import JournalMemory
from migrate.runner.unwind import unwind
from migrate.signals import shielded
from migrate.stages.cutover.open import SmokeTest, gone, without
from migrate.stages.cutover.plan import plan as handover_plan
from migrate.stages.cutover.switch import SwitchSecret
from migrate.stages.cutover.world import HandoverWorld
from migrate.wiring.session import Session

WITHOUT_LEAVING = "without-leaving"
"""Evidence of a person's word that nobody can reach the side that the application has left."""
KEPT = timedelta(days=3650)


@dataclass(frozen=True)
class Handed:
    """How a handover ended."""

    run: str
    outcome: str
    """`done`, `unwound`, or `opened`: the application is in, and the way back is not made."""
    ownership: Ownership
    durable_write: bool
    freeze_seconds: float | None
    reverse_window_until: str | None


def prepare(session: Session, journal: Journal, stage: str = "") -> Ready:
    """Build the next handover of this stage, or the open one where one was begun. Has no side effects. With no stage
    named it is the one that can begin where the application runs: what a person agrees to is that one.

    Raises as `finalize.refuse_once_begun`: there is no next one once the way back was given up.
    """
    finalize.refuse_once_begun(journal)
    stage = stage or history.next_handover(journal)
    return _ready(session, journal, runbook(session.settings, stage), build(session, journal, stage))


def reopened(session: Session, journal: Journal, begun: history.Run) -> Ready:
    """The open handover just as it was begun, from the journal: settings that changed since do not bar the way back.

    Raises StateConflict when they name other systems: what was frozen there would stay frozen.
    """
    request = restore(begun.request)
    if (now := systems(session)) != request.systems:
        raise StateConflict(
            f"{begun.run} was begun with {request.systems}; the settings name {now}",
            code="STA-016",
            hint="Put source, [target] stack, [application] secret and [switch] back as they were, then repeat this.",
        )
    document = begun.request.get("runbook")
    followed = parse(document) if isinstance(document, dict) else runbook(session.settings, begun.stage)
    return _ready(session, journal, followed, request, begun.request)


def _ready(
    session: Session, journal: Journal, followed: Runbook, request: HandoverRequest, begun: Facts | None = None
) -> Ready:
    plan = handover_plan(followed, request, begun=begun)
    world = HandoverWorld(
        request=request,
        runbook=followed,
        plan_digest=plan.digest,
        sides=session,
        tasks=session.tasks,
        watch=session.task_watch,
        traffic=session.traffic,
        upkeeps=session.upkeeps,
        acts=session.acts,
        journal=journal,
        memory=JournalMemory(journal, request.run),
        residue=session.residue(request.witness_slot),
        emit=session.announce,
        clock=session.clock,
        read_server=read_server(session, request.leaving),
    )
    return Ready(request, plan, world)


def run(session: Session, stage: str) -> Handed:
    """Run a new handover. Raises StateConflict when one is open, or a finalize that has retired something; SaysNo when
    it was refused."""
    with session.writing(acting=True) as journal:
        journal.verify()
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is not None:
            raise StateConflict(
                f"{begun.run} was begun and has not ended",
                code="STA-010",
                hint="Run: aurora-migrate cutover resume. Or go back: aurora-migrate rollback",
            )
        finalize.end_unbegun(journal)
        return _drive(session, journal, prepare(session, journal, stage))


def resume(session: Session, *, without_leaving: str = "") -> Handed:
    """Go on with the handover that was begun. Raises StateConflict when there is none.

    `without_leaving` names who made sure that nobody can reach the side that the application has left: then it is let
    in on the other one although that side does not answer, and no more is done. Raises SaysNo before the switch.
    """
    with session.writing(acting=True) as journal:
        journal.verify()
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is None:
            raise StateConflict("no cutover or rollback is open", code="STA-011", hint="Run: aurora-migrate status")
        if without_leaving:
            return _open_without_leaving(session, journal, begun, without_leaving)
        try:
            ready = prepare(session, journal, begun.stage)
        except (SourceError, TargetError) as problem:
            leaving = restore(begun.request).leaving
            if gone(problem, leaving) and history.finished(journal, begun.run, SwitchSecret.name) is not None:
                problem.hint = without(leaving)
            raise
        refuse_moved(session, ready)
        return _drive(session, journal, ready)


def _open_without_leaving(session: Session, journal: Journal, begun: history.Run, by: str) -> Handed:
    """What was proven of the leaving side before the switch stands in the journal; that it holds still, `by` says."""
    ready = reopened(session, journal, begun)
    leaving = ready.request.leaving.value
    if not switched(session, ready):
        raise SaysNo(
            f"{begun.run} has not switched: the {leaving} owns the writes, and nothing is opened without it",
            code="CUT-085",
            hint="Once it answers: aurora-migrate rollback, or cutover resume.",
        )
    expires = session.clock.now() + KEPT
    journal.record(WITHOUT_LEAVING, run=begun.run, expires_at=expires, facts={"by": by, "leaving": leaving})
    return _drive(session, journal, replace(ready, world=replace(ready.world, vouched_by=by)), last=SmokeTest.name)


def rollback(session: Session) -> Handed:
    """Go back to the source: unwind a cutover that has not switched, or hand over inside the reverse window.

    Raises StateConflict while a finalize that has retired something is open, SaysNo when it has ended.
    """
    with session.writing(acting=True) as journal:
        journal.verify()
        finalize.refuse_once_begun(journal)
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is not None:
            ready = reopened(session, journal, begun)
            refuse_moved(session, ready)
            if begun.stage == "cutover" and not switched(session, ready):
                unwind(ready.plan, ready.world, journal, emit=session.announce, clock=session.clock)
                return _handed(session, ready, "unwound")
            session.emit(Noted(_gone_on_with(journal, begun)))
            going_back = replace(ready.world, going_back=begun.stage == "cutover")
            handed = _drive(session, journal, replace(ready, world=going_back))
            if begun.stage == "rollback":
                return handed
        _within_window(session, journal)
        finalize.end_unbegun(journal)
        return _drive(session, journal, prepare(session, journal, "rollback"))


def _gone_on_with(journal: Journal, begun: history.Run) -> str:
    """What is said of an open handover that is not unwound. A cutover is known to have switched by then; of a rollback
    only the record is asked, for whether a switch under way has happened is for its own step to settle."""
    if begun.stage == "cutover" or history.finished(journal, begun.run, SwitchSecret.name) is not None:
        return f"{begun.run} is completed first: it has switched already"
    return f"{begun.run} was begun and has not ended: it is gone on with"


def _drive(session: Session, journal: Journal, ready: Ready, *, last: str = "") -> Handed:
    """Execute the plan, up to step `last` where one is named."""
    try:
        if last:
            execute_until(last, ready.plan, ready.world, journal, session.announce, session.clock)
            return _handed(session, ready, "opened")
        execute(
            ready.plan,
            ready.world,
            journal,
            emit=session.announce,
            clock=session.clock,
            account=lambda: {"ownership": session.traffic.owner().value, "durable_write": True},
        )
    except (Exception, KeyboardInterrupt) as problem:
        if isinstance(problem, HumanMustDecide) or (isinstance(problem, StateConflict) and not refused(problem)):
            raise
        # Whoever stops a run often does so twice: the second signal must not keep the application locked out.
        with shielded():
            land(session, journal, ready, problem)
            raise
    return _handed(session, ready, "done")


def _handed(session: Session, ready: Ready, outcome: str) -> Handed:
    journal, run_name = ready.world.journal, ready.request.run
    deadline = history.deadline(journal) if outcome == "done" and ready.request.leaving is Side.SOURCE else None
    return Handed(
        run=run_name,
        outcome=outcome,
        ownership=session.traffic.owner(),
        durable_write=outcome != "unwound",
        freeze_seconds=history.freeze_seconds(journal, run_name),
        reverse_window_until=deadline.isoformat() if deadline else None,
    )


def _within_window(session: Session, journal: Journal) -> None:
    deadline = history.deadline(journal)
    if history.owner(journal) is Side.TARGET and (deadline is None or session.clock.now() >= deadline):
        raise SaysNo(
            "the reverse window has ended",
            code="CUT-005",
            hint="The way back is still fed until finalize; to go back all the same, prove it anew and move its end:"
            " aurora-migrate cutover extend --hours 24",
        )
