"""Executes a plan, and resumes it: both are the same walk over the steps, for what is done is read from the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, NoReturn, TypeVar

from migrate.clock import Clock
from migrate.errors import HumanMustDecide, MigrateError, SaysNo, StateConflict
from migrate.events import Emit, StageFinished, StageStarted, StepFinished, StepStarted
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.model.plan import Plan, Reversal, Step
from migrate.ports.journal import Journal
from migrate.runner.elapsed import Elapsed
from migrate.runner.patience import Patience
from migrate.runner.record import Record
from migrate.runner.standing import State, standing
from migrate.runner.unwind import finish_undoing, undo_steps
from migrate.signals import Alarm, stopped

W = TypeVar("W")
_BUDGET_SPENT = "RUN-003"


def execute(
    plan: Plan[W],
    world: W,
    journal: Journal,
    *,
    emit: Emit,
    clock: Clock,
    account: Callable[[], Facts] = dict,
) -> None:
    """Run every step that is not done yet, in order; run again after a crash, it goes on where the journal ends.
    Where that is amid an unwinding, what was being undone is undone first.

    A run that ended well is over: nothing is done again. `account` is asked when the last step is done, for what the
    outcome entry shall say beside `outcome`. Whatever a step raises is journaled and passed on with the step named.

    Raises StateConflict when the run was begun with another request, SaysNo when the plan's budget ran out and the
    steps were undone, Interrupted on SIGINT (and on others within `signals.heeding_signals`): never KeyboardInterrupt.
    """
    _begun(
        _Walk(plan, world, Record(plan, journal), emit, clock, Elapsed(clock)), lambda walk: walk.to_its_end(account)
    )


def execute_until(last: str, plan: Plan[W], world: W, journal: Journal, emit: Emit, clock: Clock) -> None:
    """`execute` up to step `last` and with it, without its frame: for a run that was broken off and must not stay
    where it is. The run stays open. Raises as `execute`."""
    _begun(_walk(plan, world, journal, emit, clock), lambda walk: walk.steps(last))


def _walk(plan: Plan[W], world: W, journal: Journal, emit: Emit, clock: Clock) -> _Walk[W]:
    return _Walk(plan, world, Record(plan, journal), emit, clock, Elapsed(clock))


def _begun(walk: _Walk[W], go: Callable[[_Walk[W]], None]) -> None:
    try:
        walk.record.begin()
        go(walk)
    except KeyboardInterrupt as key:
        raise stopped(key) from key


@dataclass(frozen=True)
class _Walk(Generic[W]):
    plan: Plan[W]
    world: W
    record: Record
    emit: Emit
    clock: Clock
    elapsed: Elapsed

    def to_its_end(self, account: Callable[[], Facts]) -> None:
        """Every step, between the events that tell of the stage's beginning and its end."""
        began, outcome = self.clock.monotonic(), "failed"
        try:
            self.emit(StageStarted(self.plan.stage))
            if self.record.outcome() != "done":
                self.steps()
                self.record.write(Kind.OUTCOME, None, {**account(), "outcome": "done"})
            outcome = "done"
        except SaysNo as error:
            outcome = "unwound" if error.code == _BUDGET_SPENT else "said no"
            raise
        finally:
            self.emit(StageFinished(self.plan.stage, outcome, self.clock.monotonic() - began))

    def steps(self, last: str | None = None) -> None:
        """Every step that is not done, in order, up to `last` where one is named."""
        self.settle()
        finish_undoing(self.plan, self.world, self.record, emit=self.emit, clock=self.clock)
        states = standing(self.plan, self.record.footprints())
        for step in self.plan.steps:
            self.keep_to_budget(step)
            state = states[step.id]
            if step.reversal is Reversal.FORBIDDEN:
                self.step(step, state)
            else:
                self.in_time(step, partial(self.step, step, state))
            if step.id == last:
                break

    def settle(self) -> None:
        """Find out of each step without a way back, begun but not recorded as done, whether it happened after all.

        This comes first: what stands ahead of such a step must not be repeated, nor undone, once it has happened.
        """
        prints = self.record.footprints()
        for step in self.plan.steps:
            footprint = prints.get(step.id)
            if step.reversal is Reversal.FORBIDDEN and footprint is not None and not footprint.complete:
                with self._failures_of(step):
                    if step.settled(self.world, footprint.before):
                        self.record.write(Kind.DONE, step, {**(footprint.done or {}), "already": True})

    def step(self, step: Step[W], state: State) -> None:
        """Do one step, whatever that takes by now."""
        began = self.clock.monotonic()
        with self._failures_of(step):
            self.emit(StepStarted(self.plan.stage, step.id, step.title))
            already = state is State.DONE or self._done(step)
            seconds = self.clock.monotonic() - began
            self.emit(StepFinished(self.plan.stage, step.id, step.title, seconds, already=already))

    def _done(self, step: Step[W]) -> bool:
        """Act, with a patient step through the times in which a database is away."""
        if not step.patient:
            return self._act(step)
        patience = Patience(self.clock, self.emit)
        return patience.through(step.title, lambda: self._act(step), lambda error: self.record.failed(step, error))

    def _act(self, step: Step[W]) -> bool:
        """Observe, journal the intent, ask the world, apply, journal the facts. True when nothing was to apply."""
        footprint = self.record.footprints().get(step.id)
        before = step.observe(self.world) if footprint is None else footprint.before
        found = self._ask_first(step, before) if footprint is None and step.reversal is Reversal.FORBIDDEN else None
        self.record.write(Kind.INTENT, step, before)
        if step.done(self.world, before) if found is None else found:
            kept = (footprint.done if footprint else None) or {}
            self.record.write(Kind.DONE, step, {**kept, "already": True})
            return True
        self.record.write(Kind.DONE, step, step.apply(self.world, before))
        return False

    def _ask_first(self, step: Step[W], before: Facts) -> bool:
        """Whether a step without a way back is done, before its intent: who could not even ask has sent nothing, and
        all that stands before it can still be undone."""
        found: list[bool] = []
        try:
            self.in_time(step, lambda: found.append(step.done(self.world, before)))
        except HumanMustDecide:
            self.record.write(Kind.INTENT, step, before)
            raise
        return found[0]

    @contextmanager
    def _failures_of(self, step: Step[W]) -> Iterator[None]:
        """Journal what the block raises, and name the step on it."""
        try:
            yield
        except KeyboardInterrupt as key:
            stop = stopped(key)
            self.record.failed(step, stop)
            raise stop from key
        except Exception as error:
            if not (isinstance(error, SaysNo) and error.code == _BUDGET_SPENT):
                self.record.failed(step, error)
            raise

    def keep_to_budget(self, upcoming: Step[W]) -> None:
        """Before `upcoming`: if the budget's span has taken too long, undo everything and say no."""
        left = self._left(upcoming)
        if left is not None and left < 0:
            self._give_up(upcoming)

    def in_time(self, step: Step[W], act: Callable[[], object]) -> None:
        """Do it, and within the budget's span no longer than is left: whatever it waits for then, a server, AWS or a
        program, it is stopped as by a signal, and everything is undone."""
        left = self._left(step)
        if left is None:
            act()
            return
        alarm = Alarm()
        try:
            with alarm.after(left):
                act()
        except (HumanMustDecide, StateConflict):
            raise
        except (Exception, KeyboardInterrupt):
            if not alarm.rang:
                raise
            self._give_up(step)

    def _left(self, step: Step[W]) -> float | None:
        """Seconds of the budget that are left for `step`; None outside of its span."""
        budget = self.plan.budget
        if budget is None:
            return None
        prints = self.record.footprints()
        first, last = prints.get(budget.first), prints.get(budget.last)
        if first is None:
            return budget.seconds if step.id == budget.first else None
        if last is not None and last.complete:
            return None
        return budget.seconds - self.elapsed.since(first.since)

    def _give_up(self, step: Step[W]) -> NoReturn:
        """Undo everything, for the budget is spent before or within `step`. Raises SaysNo."""
        budget = self.plan.budget
        assert budget is not None
        spent = budget.seconds - min(self._left(step) or 0.0, 0.0)
        told = f"{spent:.1f} s since {budget.first} > {budget.seconds:g} s, and {budget.last} is not done"
        self.record.write(Kind.FAILED, step, {"code": _BUDGET_SPENT, "message": told})
        try:
            undo_steps(self.plan, self.world, self.record, emit=self.emit, clock=self.clock)
        except MigrateError as error:
            error.add_note(f"while undoing because the budget is spent: {told}")
            raise
        raise SaysNo(
            f"the budget is spent: {told}; everything was undone",
            code=_BUDGET_SPENT,
            hint="Find out what was slow (the journal has the times), or allow more, then run it again.",
        )
