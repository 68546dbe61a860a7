"""Cutover, rollback and finalize: plan, approve, run, resume, unwind."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.errors import HumanMustDecide, Interrupted, MigrateError, SaysNo, StateConflict
from migrate.events import Noted
from migrate.model.cutover import Ownership
from migrate.model.database import Side
from migrate.model.handover import HandoverRequest
from migrate.model.plan import Plan
from migrate.operations import history
from migrate.operations.handover import build
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.runner.load import load
from migrate.runner.memory import JournalMemory
from migrate.runner.unwind import unwind
from migrate.shipped import shipped
from migrate.stages.cutover.plan import plan as handover_plan
from migrate.stages.cutover.switch import SwitchSecret
from migrate.stages.cutover.world import HandoverWorld
from migrate.wiring import Session


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
    """Build the next handover of this stage, or the open one where one was begun. Has no side effects."""
    runbook = load(shipped("runbooks") / f"{stage}.toml")
    request = build(session, journal, stage)
    plan = handover_plan(runbook, request)
    world = HandoverWorld(
        request=request,
        runbook=runbook,
        plan_digest=plan.digest,
        source=session.source,
        target=session.target,
        tasks=session.tasks,
        traffic=session.traffic,
        journal=journal,
        memory=JournalMemory(journal, request.run),
        emit=session.emit,
        clock=session.clock,
    )
    return Ready(request, plan, world)


def run(session: Session, stage: str) -> Handed:
    """Run a new handover. Raises StateConflict when one is open, SaysNo when it was refused and unwound."""
    with session.writing() as journal:
        journal.verify()
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is not None:
            raise StateConflict(
                f"{begun.run} was begun and has not ended",
                code="STA-010",
                hint="Run: aurora-migrate cutover resume. Or go back: aurora-migrate rollback",
            )
        return _drive(session, journal, prepare(session, journal, stage))


def resume(session: Session) -> Handed:
    """Go on with the handover that was begun. Raises StateConflict when there is none."""
    with session.writing() as journal:
        journal.verify()
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is None:
            raise StateConflict("no cutover or rollback is open", code="STA-011", hint="Run: aurora-migrate status")
        return _drive(session, journal, prepare(session, journal, begun.stage))


def rollback(session: Session) -> Handed:
    """Go back to the source: unwind a cutover that has not switched, or hand over inside the reverse window."""
    with session.writing() as journal:
        journal.verify()
        begun = history.open_run(journal, *history.HANDOVERS)
        if begun is not None:
            ready = prepare(session, journal, begun.stage)
            if begun.stage == "cutover" and not _switched(session, ready):
                unwind(ready.plan, ready.world, journal, emit=session.emit, clock=session.clock)
                return _handed(session, ready, "unwound")
            session.emit(Noted(f"{begun.run} is completed first: it has switched already"))
            handed = _drive(session, journal, ready)
            if begun.stage == "rollback":
                return handed
        _within_window(session, journal)
        return _drive(session, journal, prepare(session, journal, "rollback"))


def _drive(session: Session, journal: Journal, ready: Ready) -> Handed:
    try:
        execute(
            ready.plan,
            ready.world,
            journal,
            emit=session.emit,
            clock=session.clock,
            account=lambda: {"ownership": session.traffic.owner().value, "durable_write": True},
        )
    except (HumanMustDecide, StateConflict):
        raise
    except MigrateError as problem:
        if _switched(session, ready):
            problem.add_note(f"{ready.request.run} has switched. Go on with: aurora-migrate cutover resume")
            raise
        if history.open_run(journal, *history.HANDOVERS) is not None:
            unwind(ready.plan, ready.world, journal, emit=session.emit, clock=session.clock)
        if isinstance(problem, Interrupted):
            problem.hint = f"Begin anew when you are ready: aurora-migrate {_again(ready.request.leaving)}"
        problem.add_note(f"Unwound: the application runs on the {ready.request.leaving.value}, as before.")
        raise
    return _handed(session, ready, "done")


def _again(leaving: Side) -> str:
    return "cutover approve, then: cutover run" if leaving is Side.SOURCE else "rollback"


def _handed(session: Session, ready: Ready, outcome: str) -> Handed:
    journal, run_name = ready.world.journal, ready.request.run
    windows = journal.evidence("reverse-window") if outcome == "done" else ()
    return Handed(
        run=run_name,
        outcome=outcome,
        ownership=session.traffic.owner(),
        durable_write=outcome == "done",
        freeze_seconds=history.freeze_seconds(journal, run_name),
        reverse_window_until=windows[-1].expires_at.isoformat() if windows else None,
    )


def _switched(session: Session, ready: Ready) -> bool:
    """Read, never guessed. An owner that cannot be told counts as switched: nothing is unwound then."""
    if not any(e.step == SwitchSecret.name for e in ready.world.journal.entries(run=ready.request.run)):
        return False
    return session.traffic.owner() is not Ownership(ready.request.leaving.value)


def _within_window(session: Session, journal: Journal) -> None:
    windows = journal.evidence("reverse-window")
    if history.owner(journal) is Side.TARGET and (not windows or session.clock.now() >= windows[-1].expires_at):
        raise SaysNo(
            "the reverse window has ended",
            code="CUT-005",
            hint="The way back is still fed until finalize; extend [limits] reverse_window_hours if you must go back.",
        )
