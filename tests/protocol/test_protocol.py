"""Thousands of ways in which a handover can go wrong, played in memory with the product's own runner, steps and gates.

Every command may meet one trouble at one of its acts; operators then go on as they please. Whatever they do: never are
two sides open, no number is handed out twice, and in the end every acknowledged write is on the side that owns them.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from migrate.errors import STATE_REFUSES, StateConflict
from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.operations import approval, cutover, history
from migrate.settings import Settings
from migrate.wiring.session import Session
from tests.protocol.conftest import kept
from tests.protocol.journal import MemoryJournal
from tests.protocol.operator_at_work import MemorySession, Operator, Stage
from tests.protocol.world import Trouble

LONGEST = 150
"""Acts of a cutover, and some more."""

troubles = st.one_of(st.none(), st.tuples(st.sampled_from(list(Trouble)), st.integers(min_value=0, max_value=LONGEST)))


def test_the_story_without_trouble(migration: Settings) -> None:
    stage = Stage.set_up(migration, seed=1)
    operator = stage.operator()
    for _ in range(2):
        assert operator.approve_and_cut_over() == "0"
        assert stage.secrets.owner() is Side.TARGET
        assert operator.roll_back() == "0"
        assert stage.secrets.owner() is Side.SOURCE
    assert len(stage.world.ledger) > 100
    kept(stage.world, Side.SOURCE)


def machine(migration: Settings) -> type[RuleBasedStateMachine]:
    class Handovers(RuleBasedStateMachine):
        stage: Stage
        operator: Operator

        @initialize(seed=st.integers(min_value=0, max_value=9))
        def replicated(self, seed: int) -> None:
            self.stage = Stage.set_up(migration, seed)
            self.operator = self.stage.operator()

        def _play(self, command: Any, trouble: tuple[Trouble, int] | None, other: str) -> None:
            world = self.stage.world
            world.trouble = trouble
            colleague = self.stage.operator()
            world.other_operator = lambda: note(f"  meanwhile {other}: {getattr(colleague, other)()}") or None
            note(f"{command.__name__} meets {trouble}: {command()}")
            world.trouble = None

        @rule(trouble=troubles, other=st.sampled_from(["resume", "roll_back"]))
        def cut_over(self, trouble: tuple[Trouble, int] | None, other: str) -> None:
            self._play(self.operator.approve_and_cut_over, trouble, other)

        @rule(trouble=troubles, other=st.sampled_from(["resume", "roll_back"]))
        def resume(self, trouble: tuple[Trouble, int] | None, other: str) -> None:
            self._play(self.operator.resume, trouble, other)

        @rule(trouble=troubles, other=st.sampled_from(["resume", "roll_back"]))
        def roll_back(self, trouble: tuple[Trouble, int] | None, other: str) -> None:
            self._play(self.operator.roll_back, trouble, other)

        @rule(moments=st.integers(min_value=1, max_value=30))
        def wait(self, moments: int) -> None:
            for _ in range(moments):
                self.stage.world.pass_time()

        @invariant()
        def never_two(self) -> None:
            if hasattr(self, "stage"):
                assert not self.stage.world.violations, self.stage.world.violations[:3]

        def teardown(self) -> None:
            if not hasattr(self, "stage"):
                return
            self.operator.settle()
            world, owner = self.stage.world, self.stage.secrets.owner()
            for _ in range(50):
                world.pass_time()
            assert world.stores[owner].admits, f"nobody may work on the {owner}"
            kept(world, owner)

    return Handovers


def test_no_trouble_loses_a_write_or_opens_two_sides(migration: Settings) -> None:
    run_state_machine_as_test(
        machine(migration),
        settings=settings(
            max_examples=60,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


@pytest.mark.slow
@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("leaving", Side)
def test_one_trouble_at_every_act(migration: Settings, trouble: Trouble, leaving: Side) -> None:
    """All of them, one after another: a cutover, and a rollback, that meet it once and are gone on with."""
    for acts in range(2 * LONGEST):
        stage = Stage.set_up(migration, seed=1)
        operator, colleague = stage.operator(), stage.operator()
        stage.world.other_operator = lambda colleague=colleague: colleague.settle() and None
        if leaving is Side.TARGET:
            assert operator.approve_and_cut_over() == "0"
        stage.world.trouble = (trouble, acts)
        (operator.approve_and_cut_over if leaving is Side.SOURCE else operator.roll_back)()
        if stage.world.trouble is not None:
            break
        operator.settle()
        stage.world.pass_time()
        assert stage.world.stores[stage.secrets.owner()].admits
        kept(stage.world, stage.secrets.owner())
    assert acts > 90


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.ANSWER_LOST])
def test_a_state_database_that_refuses_once_locks_nobody_out(migration: Settings, trouble: Trouble) -> None:
    """No operator has to come: before the switch the application is let in again by the command that was refused."""
    met = 0
    for acts in range(LONGEST):
        stage = Stage.set_up(migration, seed=1)
        stage.operator().command(lambda session: approval.approve(session, "operator"))
        known = len(stage.world.acts)
        stage.world.trouble = (trouble, acts)
        ended = stage.operator().command(lambda session: cutover.run(session, "cutover"))
        if stage.world.trouble is not None:
            break
        if not stage.world.acts[known + acts].startswith("journal: ") or stage.secrets.owner() is Side.TARGET:
            continue
        met += 1
        told = f"{stage.world.acts[known + acts]}: {ended}"
        assert ended == f"4 {STATE_REFUSES}", told
        assert stage.world.stores[Side.SOURCE].admits, told
        assert history.open_run(MemoryJournal(stage.kept), *history.HANDOVERS) is None, told
        kept(stage.world, Side.SOURCE)
    assert met > 30


def test_one_that_goes_on_refusing_says_that_the_application_may_be_locked_out(migration: Settings) -> None:
    stage = Stage.set_up(migration, seed=1)
    operator = stage.operator()
    operator.command(lambda session: approval.approve(session, "operator"))
    append, began = MemoryJournal.append, stage.world.clock.monotonic()

    def gone(journal: MemoryJournal, kind: Kind, *, run: str, step: str = "", body: Any = None) -> Any:
        if any(entry.step == "freeze/prove-fenced" for entry in journal.kept.entries):
            raise StateConflict("the state database is gone", code=STATE_REFUSES)
        return append(journal, kind, run=run, step=step, body=body)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryJournal, "append", gone)
        with pytest.raises(StateConflict) as refusal:
            cutover.run(cast(Session, MemorySession(stage)), "cutover")
    assert "cutover-1 is not undone: the application may be locked out." in refusal.value.__notes__
    assert stage.world.clock.monotonic() - began > cutover.STATE_SECONDS
    assert operator.roll_back() == "0"
    assert stage.world.stores[Side.SOURCE].admits
    kept(stage.world, Side.SOURCE)
