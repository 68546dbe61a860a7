"""Where a handover that met trouble comes down: before the switch back, after it forward, until applications are in.

Neither side is open meanwhile. So what passes by itself is waited for, and signals wait, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrate.errors import (
    STATE_REFUSES,
    AwsError,
    HumanMustDecide,
    Interrupted,
    MigrateError,
    SourceError,
    StateConflict,
    TargetError,
)
from migrate.events import Noted
from migrate.model.cutover import Ownership
from migrate.model.database import Side
from migrate.model.handover import HandoverRequest
from migrate.model.plan import Plan
from migrate.operations import history
from migrate.ports.journal import Journal
from migrate.runner.execute import execute_until
from migrate.runner.unwind import UNDO_HANGS, UNDONE_IN_PART, unwind
from migrate.stages.cutover.freeze import Fence
from migrate.stages.cutover.open import OpenArriving
from migrate.stages.cutover.switch import SwitchSecret
from migrate.stages.cutover.world import HandoverWorld
from migrate.wiring.session import Session

STATE_SECONDS = 120.0
"""How long going back waits for a state database that refuses: the application may be locked out meanwhile."""
AWAY_SECONDS = 300.0
"""How long either way waits for whatever passes: a failover of Aurora takes a minute, a restart less."""
LEFTOVERS_SECONDS = 60.0
"""The same while applications work on the side that they were to leave: only what was prepared stays behind."""
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0
READ_ONLY = "-115"
"""How the codes end that say that a server writes nothing: SRC-115, TGT-115."""


@dataclass(frozen=True)
class Ready:
    """A handover's request, plan and world, built and not yet run."""

    request: HandoverRequest
    plan: Plan[HandoverWorld]
    world: HandoverWorld


def refused(problem: BaseException) -> bool:
    """Whether the state database refused something that it may take a moment later."""
    return isinstance(problem, StateConflict) and problem.code == STATE_REFUSES


def land(session: Session, journal: Journal, ready: Ready, problem: BaseException) -> None:
    """Bring a handover that `problem` broke off to where the application can work, and note on `problem` where.

    Raises HumanMustDecide where nobody can tell who owns the writes, StateConflict where another process holds the
    lease by now, or the state database does not let the leaving side be opened again.
    """
    if not _went_back(session, journal, ready, problem):
        _go_forward(session, journal, ready, problem)


def switched(session: Session, ready: Ready) -> bool:
    """Read, never guessed; a switch that may still be on its way is made to fail first.

    Raises HumanMustDecide when it cannot be told: nothing is unwound then.
    """
    run_name = ready.request.run
    if not history.began(ready.world.journal, run_name, SwitchSecret.name):
        return False
    if history.finished(ready.world.journal, run_name, SwitchSecret.name) is not None:
        return True
    try:
        arriving = Ownership(ready.request.arriving.value)
        return session.traffic.settled(arriving) is arriving
    except AwsError as problem:
        raise HumanMustDecide(
            f"the application's {session.settings.switched} cannot be read: {problem}",
            code="CUT-084",
            hint="Both sides stay as they are. Try again when AWS answers: cutover resume, or rollback.",
        ) from problem


def refuse_moved(session: Session, ready: Ready) -> None:
    """Of a run that another process began: raises HumanMustDecide where the application has left by other means than
    this record knows, as when somebody went on with it from a copy. To unwind it would open the side that was left.

    While AWS does not answer nothing is refused: the application waits.
    """
    world, arriving = ready.world, Ownership(ready.request.arriving.value)
    if world.memory.before(Fence.name) is None or history.began(world.journal, ready.request.run, SwitchSecret.name):
        return
    try:
        owner = session.traffic.owner()
    except AwsError as unread:
        session.emit(Noted(f"where the application is pointed to cannot be read: {unread}", warning=True))
        return
    if owner is arriving:
        raise HumanMustDecide(
            f"the application's {session.settings.switched} points to the {arriving}, and this record of"
            f" {ready.request.run} knows of no switch",
            code="CUT-093",
            hint="Was the run gone on with from another copy of the state? Then go on with that one, from now on alone."
            " Open nothing by hand before that is clear.",
        )


def _went_back(session: Session, journal: Journal, ready: Ready, problem: BaseException) -> bool:
    """Go back, through a time in which the state database refuses, for nothing is undone that it did not take down,
    and through one in which a server or AWS is away. False when it has switched."""
    began, pause = session.clock.monotonic(), PAUSE_SECONDS
    while True:
        try:
            return _go_back(session, journal, ready, problem)
        except StateConflict as refusal:
            if not refused(refusal) or session.clock.monotonic() - began > STATE_SECONDS:
                refusal.add_note(f"{ready.request.run} is not undone: the application may be locked out.")
                raise
            told, seconds = str(refusal), STATE_SECONDS
        except MigrateError as undone:
            told, seconds = str(undone), _worth_waiting(ready, undone)
            if session.clock.monotonic() - began > seconds:
                raise
        session.emit(Noted(f"{told}; trying to go back for {seconds:.0f} s at most", warning=True))
        session.clock.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _worth_waiting(ready: Ready, undone: MigrateError) -> float:
    """Seconds: none where it does not pass by itself, more while the application waits at the fence."""
    cause = undone.__cause__
    errors = cause.exceptions if isinstance(cause, ExceptionGroup) else ()
    if undone.code != UNDONE_IN_PART or not any(_passes(error) for error in errors):
        return -1.0
    return AWAY_SECONDS if ready.world.memory.before(Fence.name) is not None else LEFTOVERS_SECONDS


def _go_back(session: Session, journal: Journal, ready: Ready, problem: BaseException) -> bool:
    """Unwind unless it has switched, and note on the problem where that leaves the application."""
    begun = history.open_run(journal, *history.HANDOVERS) is not None
    if switched(session, ready):
        return False
    if begun:
        unwind(ready.plan, ready.world, journal, emit=session.announce, clock=session.clock)
    if isinstance(problem, Interrupted):
        problem.hint = f"Begin anew when you are ready: aurora-migrate {_again(ready.request.leaving)}"
    problem.add_note(f"Unwound: the application runs on the {ready.request.leaving.value}, as before.")
    return True


def _again(leaving: Side) -> str:
    return "cutover approve, then: cutover run" if leaving is Side.SOURCE else "rollback"


def _go_forward(session: Session, journal: Journal, ready: Ready, problem: BaseException) -> None:
    """Do what `cutover resume` would, until applications are in; what comes after that waits for the command.

    Each step asks again whatever it asked the first time, and every act is refused to one who lost the lease: going on
    here opens nothing that `resume` would not. So one attempt is made whatever the problem was, and more while what
    stands in its way may pass.
    """
    run_name, arriving = ready.request.run, ready.request.arriving.value
    began, pause = session.clock.monotonic(), 0.0
    while True:
        try:
            session.clock.sleep(pause)
            if history.finished(journal, run_name, OpenArriving.name) is None:
                execute_until(OpenArriving.name, ready.plan, ready.world, journal, session.announce, session.clock)
            if history.open_run(journal, *history.HANDOVERS) is not None:
                problem.add_note(
                    f"{run_name} has switched, and the application is in on the {arriving}."
                    " Go on with: aurora-migrate cutover resume"
                )
            return
        except HumanMustDecide:
            raise
        except (Exception, KeyboardInterrupt) as again:
            if isinstance(again, StateConflict) and not refused(again):
                again.add_note(f"{run_name} has switched; the other process goes on with it, or you do.")
                raise
            if not _passes(again) or session.clock.monotonic() - began > AWAY_SECONDS:
                problem.add_note(
                    f"{run_name} has switched, and the {arriving} could not be opened: {_told(again)}. The"
                    f" application may be locked out of both sides until it is. {_hint(again)}"
                )
                return
            told = f"{_told(again)}; it has switched: trying to open the {arriving} for {AWAY_SECONDS:.0f} s at most"
            session.emit(Noted(told, warning=True))
        pause = min(max(PAUSE_SECONDS, pause * 2), LONGEST_PAUSE_SECONDS)


def _passes(problem: BaseException) -> bool:
    """After a failover the cluster's name leads to the old writer, a reader by now, for some seconds still."""
    if not isinstance(problem, SourceError | TargetError | AwsError):
        return refused(problem) or (isinstance(problem, MigrateError) and problem.code == UNDO_HANGS)
    return problem.retryable or problem.code.endswith(READ_ONLY)


def _hint(problem: BaseException) -> str:
    hint = problem.hint if isinstance(problem, MigrateError) else ""
    return hint if "cutover resume" in hint else "Go on with: aurora-migrate cutover resume"


def _told(problem: BaseException) -> str:
    return str(problem) if isinstance(problem, MigrateError) else type(problem).__name__
