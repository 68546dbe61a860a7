"""Cutover, rollback and finalize: plan, approve, run, resume, unwind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from migrate.errors import STATE_REFUSES, AwsError, HumanMustDecide, Interrupted, SaysNo, StateConflict
from migrate.events import Noted
from migrate.model.cutover import Ownership
from migrate.model.database import Side
from migrate.model.handover import HandoverRequest, restore
from migrate.model.plan import Plan
from migrate.model.runbook import Runbook
from migrate.operations import finalize, history
from migrate.operations.handover import build, systems
from migrate.operations.runbooks import runbook
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.runner.load import parse
from migrate.runner.memory import JournalMemory
from migrate.runner.unwind import unwind
from migrate.signals import shielded
from migrate.stages.cutover.plan import plan as handover_plan
from migrate.stages.cutover.switch import SwitchSecret
from migrate.stages.cutover.world import HandoverWorld
from migrate.wiring.session import Session

STATE_SECONDS = 120.0
"""How long going back waits for a state database that refuses: the application may be locked out meanwhile."""
STATE_PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class Handed:
    """How a handover ended."""

    run: str
    outcome: str
    ownership: Ownership
    durable_write: bool
    freeze_seconds: float | None
    reverse_window_until: str | None


@dataclass(frozen=True)
class Ready:
    """A handover's request, plan and world, built and not yet run."""

    request: HandoverRequest
    plan: Plan[HandoverWorld]
    world: HandoverWorld


def prepare(session: Session, journal: Journal, stage: str) -> Ready:
    """Build the next handover of this stage, or the open one where one was begun. Has no side effects.

    Raises as `finalize.refuse_once_begun`: there is no next one once the way back was given up.
    """
    finalize.refuse_once_begun(journal)
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
            hint="Put source, [target] stack and [application] secret back as they were, then repeat the command.",
        )
    document = begun.request.get("runbook")
    followed = parse(document) if isinstance(document, dict) else runbook(session.settings, begun.stage)
    return _ready(session, journal, followed, request)


def _ready(session: Session, journal: Journal, followed: Runbook, request: HandoverRequest) -> Ready:
    plan = handover_plan(followed, request)
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


def resume(session: Session) -> Handed:
    """Go on with the handover that was begun. Raises StateConflict when there is none."""
    with session.writing(acting=True) as journal:
        journal.verify()
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is None:
            raise StateConflict("no cutover or rollback is open", code="STA-011", hint="Run: aurora-migrate status")
        return _drive(session, journal, prepare(session, journal, begun.stage))


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
            if begun.stage == "cutover" and not _switched(session, ready):
                unwind(ready.plan, ready.world, journal, emit=session.announce, clock=session.clock)
                return _handed(session, ready, "unwound")
            session.emit(Noted(f"{begun.run} is completed first: it has switched already"))
            going_back = replace(ready.world, going_back=begun.stage == "cutover")
            handed = _drive(session, journal, replace(ready, world=going_back))
            if begun.stage == "rollback":
                return handed
        _within_window(session, journal)
        finalize.end_unbegun(journal)
        return _drive(session, journal, prepare(session, journal, "rollback"))


def _drive(session: Session, journal: Journal, ready: Ready) -> Handed:
    try:
        execute(
            ready.plan,
            ready.world,
            journal,
            emit=session.announce,
            clock=session.clock,
            account=lambda: {"ownership": session.traffic.owner().value, "durable_write": True},
        )
    except (Exception, KeyboardInterrupt) as problem:
        if isinstance(problem, HumanMustDecide) or (isinstance(problem, StateConflict) and not _refused(problem)):
            raise
        # Whoever stops a run often does so twice: the second signal must not keep the application locked out.
        with shielded():
            _surely_back(session, journal, ready, problem)
            raise
    return _handed(session, ready, "done")


def _surely_back(session: Session, journal: Journal, ready: Ready, problem: BaseException) -> None:
    """Go back, through a time in which the state database refuses: nothing is undone that it did not take down."""
    began = session.clock.monotonic()
    while True:
        try:
            _go_back(session, journal, ready, problem)
            return
        except StateConflict as refusal:
            if not _refused(refusal) or session.clock.monotonic() - began > STATE_SECONDS:
                refusal.add_note(f"{ready.request.run} is not undone: the application may be locked out.")
                raise
            session.emit(Noted(f"{refusal}; trying to go back for {STATE_SECONDS:.0f} s at most", warning=True))
        session.clock.sleep(STATE_PAUSE_SECONDS)


def _refused(problem: StateConflict) -> bool:
    return problem.code == STATE_REFUSES


def _go_back(session: Session, journal: Journal, ready: Ready, problem: BaseException) -> None:
    """Unwind unless it has switched, and note on the problem where that leaves the application."""
    begun = history.open_run(journal, *history.HANDOVERS) is not None
    if _switched(session, ready):
        if begun:
            problem.add_note(f"{ready.request.run} has switched. Go on with: aurora-migrate cutover resume")
        return
    if begun:
        unwind(ready.plan, ready.world, journal, emit=session.announce, clock=session.clock)
    if isinstance(problem, Interrupted):
        problem.hint = f"Begin anew when you are ready: aurora-migrate {_again(ready.request.leaving)}"
    problem.add_note(f"Unwound: the application runs on the {ready.request.leaving.value}, as before.")


def _again(leaving: Side) -> str:
    return "cutover approve, then: cutover run" if leaving is Side.SOURCE else "rollback"


def _handed(session: Session, ready: Ready, outcome: str) -> Handed:
    journal, run_name = ready.world.journal, ready.request.run
    windows = history.windows(journal) if outcome == "done" and ready.request.leaving is Side.SOURCE else ()
    return Handed(
        run=run_name,
        outcome=outcome,
        ownership=session.traffic.owner(),
        durable_write=outcome == "done",
        freeze_seconds=history.freeze_seconds(journal, run_name),
        reverse_window_until=windows[-1].expires_at.isoformat() if windows else None,
    )


def _switched(session: Session, ready: Ready) -> bool:
    """Read, never guessed; a switch that may still be on its way is made to fail first.

    Raises HumanMustDecide when it cannot be told: nothing is unwound then.
    """
    run_name = ready.request.run
    if not history.began(ready.world.journal, run_name, SwitchSecret.name):
        return False
    if history.finished(ready.world.journal, run_name, SwitchSecret.name) is not None:
        return True
    try:
        return session.traffic.settled() is not Ownership(ready.request.leaving.value)
    except AwsError as problem:
        raise HumanMustDecide(
            f"the application's secret cannot be read: {problem}",
            code="CUT-084",
            hint="Both sides stay as they are. Try again when AWS answers: cutover resume, or rollback.",
        ) from problem


def _within_window(session: Session, journal: Journal) -> None:
    windows = history.windows(journal)
    hours = timedelta(hours=session.settings.limits.reverse_window_hours)
    if history.owner(journal) is Side.TARGET and (not windows or session.clock.now() >= windows[-1].taken_at + hours):
        raise SaysNo(
            "the reverse window has ended",
            code="CUT-005",
            hint="The way back is still fed until finalize; extend [limits] reverse_window_hours if you must go back.",
        )
