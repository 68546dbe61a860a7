"""Undoes a run, last step first."""

from __future__ import annotations

from typing import Any, TypeVar

from migrate.clock import Clock
from migrate.errors import HumanMustDecide, Interrupted, MigrateError, SaysNo, StateConflict
from migrate.events import Emit, StageFinished, StageStarted, StepFinished, StepStarted
from migrate.model.journal import Kind
from migrate.model.plan import Plan, Reversal, Step
from migrate.ports.journal import Journal
from migrate.runner.record import Record
from migrate.runner.standing import Footprint
from migrate.signals import Alarm, shielded, stopped

W = TypeVar("W")
UNDONE_IN_PART = "RUN-004"
UNDO_HANGS = "RUN-006"


def unwind(plan: Plan[W], world: W, journal: Journal, *, emit: Emit, clock: Clock) -> None:
    """Undo every step that was begun and not undone, in reverse order; run again, it goes on where it stopped.

    A step that cannot be undone now does not keep the others from it: before the point of no return the application
    belongs where it was, so opening that side again must not wait for, say, the removal of a probe. At the end the
    error names all that failed; their errors are its cause. Only HumanMustDecide ends it at once, for then both sides
    must stay as they are.

    Raises SaysNo, with nothing touched, when a step without a way back has happened; StateConflict when the run was
    begun with another request; else an error of the class of the first failing undo.
    """
    record = Record(plan, journal)
    record.require_begun()
    began, outcome = clock.monotonic(), "failed"
    emit(StageStarted(plan.stage))
    try:
        undo_steps(plan, world, record, emit=emit, clock=clock)
        outcome = "unwound"
    except SaysNo:
        outcome = "said no"
        raise
    finally:
        emit(StageFinished(plan.stage, outcome, clock.monotonic() - began))


@shielded()
def undo_steps(plan: Plan[W], world: W, record: Record, *, emit: Emit, clock: Clock) -> None:
    """`unwind` without its frame: for the runner that unwinds in the middle of executing.

    A signal waits for the end, for half an unwinding may leave the application locked out; a second one breaks it off.
    """
    prints = record.footprints()
    _refuse_past_no_return(plan, world, prints)
    if failures := _undo(plan, world, record, prints, emit=emit, clock=clock):
        raise _undone_in_part(plan, failures) from _together(failures)
    if prints or record.open():
        record.write(Kind.OUTCOME, None, {"outcome": "unwound"})


@shielded()
def finish_undoing(plan: Plan[W], world: W, record: Record, *, emit: Emit, clock: Clock) -> None:
    """Undo what an unwinding began to undo and did not: half a step that is undone bars the way for those before it,
    as a feed's account that is still locked does for the feed. Raises as `undo_steps` where it fails again."""
    prints = {step: footprint for step, footprint in record.footprints().items() if footprint.undoing}
    if failures := _undo(plan, world, record, prints, emit=emit, clock=clock):
        raise _undone_in_part(plan, failures) from _together(failures)


def _undo(
    plan: Plan[W], world: W, record: Record, prints: dict[str, Footprint], *, emit: Emit, clock: Clock
) -> list[tuple[Step[W], Exception]]:
    """Undo the steps of these footprints, last step first; returns those that failed."""
    failures: list[tuple[Step[W], Exception]] = []
    for step in reversed(plan.steps):
        footprint = prints.get(step.id)
        if footprint is None:
            continue
        if step.reversal is Reversal.NONE:
            record.write(Kind.UNDONE, step)
            continue
        began, alarm = clock.monotonic(), Alarm()
        emit(StepStarted(plan.stage, step.id, step.title, undoing=True))
        try:
            record.write(Kind.UNDO, step)
            with alarm.after(step.undo_seconds):
                step.undo(world, footprint.before)
            record.write(Kind.UNDONE, step)
        except (Interrupted, StateConflict, KeyboardInterrupt) as stop:
            if alarm.rang and not isinstance(stop, StateConflict):
                failures.append((step, _hangs(step, record)))
                continue
            if isinstance(stop, KeyboardInterrupt):
                raise stopped(stop) from stop
            raise
        except HumanMustDecide as error:
            record.failed(step, error)
            raise
        except Exception as error:
            told = _hangs(step, record) if alarm.rang else error
            if told is error:
                record.failed(step, error)
            failures.append((step, told))
            continue
        emit(StepFinished(plan.stage, step.id, step.title, clock.monotonic() - began, undoing=True))
    return failures


def _hangs(step: Step[Any], record: Record) -> SaysNo:
    """What it asked gave no answer: the others are undone without waiting for it."""
    error = SaysNo(
        f"undoing it gave no answer for {step.undo_seconds:g} s",
        code="RUN-006",
        hint="See whether both servers and AWS answer: aurora-migrate doctor. Then: aurora-migrate rollback",
        retryable=True,
    )
    record.failed(step, error)
    return error


def _refuse_past_no_return(plan: Plan[W], world: W, prints: dict[str, Footprint]) -> None:
    for step in plan.steps:
        footprint = prints.get(step.id)
        if step.reversal is not Reversal.FORBIDDEN or footprint is None:
            continue
        if footprint.done is not None or step.settled(world, footprint.before):
            raise SaysNo(
                f"{plan.run} cannot be undone: {step.title} has happened, and from there no undo leads back",
                code="RUN-002",
                hint="Go forward: resume the run. The way back from its end is a run of its own.",
            )


def _undone_in_part(plan: Plan[Any], failures: list[tuple[Step[Any], Exception]]) -> MigrateError:
    first = failures[0][1]
    told = "; ".join(
        f"{step.id}: {error if isinstance(error, MigrateError) else type(error).__name__}" for step, error in failures
    )
    kind = type(first) if isinstance(first, MigrateError) else MigrateError
    return kind(
        f"{plan.run} is undone but for {len(failures)} of its steps: {told}",
        code="RUN-004",
        hint="Put right what they name, then roll back again: only these are left.",
        retryable=True,
    )


def _together(failures: list[tuple[Step[W], Exception]]) -> ExceptionGroup[Exception]:
    return ExceptionGroup("steps that could not be undone", [error for _, error in failures])


def _brief(error: Exception) -> str:
    return str(error) if isinstance(error, MigrateError) else type(error).__name__
