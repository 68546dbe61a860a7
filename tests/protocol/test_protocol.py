"""Thousands of ways in which a handover can go wrong, played in memory with the product's own runner, steps and gates.

Every command may meet one trouble at one of its acts; operators then go on as they please. Whatever they do: never are
two sides open, no number is handed out twice, and in the end every acknowledged write is on the side that owns them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from migrate.errors import STATE_REFUSES, AwsError, MigrateError, SourceError, StateConflict, TargetError
from migrate.events import Event, Noted
from migrate.model.database import Side
from migrate.model.handover import restore
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.operations import approval, cutover, history, landing
from migrate.runner.load import parse
from migrate.settings import Settings
from migrate.stages.cutover.open import WakeTriggers
from migrate.stages.cutover.plan import plan
from migrate.stages.cutover.prove import ProveStillQuiet
from migrate.stages.cutover.step import HandoverStep
from migrate.stages.cutover.switch import SwitchSecret
from migrate.wiring.session import Session
from tests.protocol.conftest import kept
from tests.protocol.journal import MemoryJournal
from tests.protocol.operator_at_work import MemorySession, Operator, Stage
from tests.protocol.sides import MemoryDatabase
from tests.protocol.world import TABLE, Trouble

LONGEST = 150
"""Acts of a cutover, and some more."""

troubles = st.one_of(st.none(), st.tuples(st.sampled_from(list(Trouble)), st.integers(min_value=0, max_value=LONGEST)))


def test_the_story_without_trouble(migration: Settings) -> None:
    stage = Stage.set_up(migration, seed=2)
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
        stage = Stage.set_up(migration, seed=2)
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


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.ANSWER_LOST, Trouble.STOPPED])
@pytest.mark.parametrize("leaving", [Side.SOURCE, pytest.param(Side.TARGET, marks=pytest.mark.slow)])
def test_a_trouble_that_passes_locks_nobody_out(migration: Settings, trouble: Trouble, leaving: Side) -> None:
    """No operator has to come: the very command that met it lets the application in again, before the switch on the
    side that it left, after it on the one that it goes to. Exit 5, where nobody can tell which, is the exception."""
    met = dict.fromkeys(Side, 0)
    for acts in range(LONGEST):
        stage = Stage.set_up(migration, seed=2)
        operator = stage.operator()
        if leaving is Side.TARGET:
            assert operator.approve_and_cut_over() == "0"
        operator.command(lambda session: approval.approve(session, "operator"))
        known = len(stage.world.acts)
        stage.world.trouble = (trouble, acts)
        ended = operator.command(lambda session: handed_over(session, leaving))
        if stage.world.trouble is not None:
            break
        owner = stage.secrets.owner()
        told = f"{stage.world.acts[known + acts]}: {ended}"
        if ended.startswith("5 "):
            assert "secret" in told, told
            continue
        met[owner] += 1
        if told.startswith("journal: ") and trouble is not Trouble.STOPPED:
            assert ended == f"4 {STATE_REFUSES}", told
        if trouble is Trouble.STOPPED:
            assert ended == "130 RUN-005", told
        assert stage.world.stores[owner].admits, told
        assert not stage.world.stores[owner.other].admits, told
        open_run = history.open_run(MemoryJournal(stage.kept), *history.HANDOVERS)
        assert owner is not leaving or open_run is None, told
        kept(stage.world, owner)
    assert met[leaving] > 30
    assert met[leaving.other] > 10


def handed_over(session: Session, leaving: Side) -> object:
    return cutover.run(session, "cutover") if leaving is Side.SOURCE else cutover.rollback(session)


@pytest.fixture
def switched(migration: Settings) -> Stage:
    """Approved; whoever cuts over meets what the test puts behind the switch."""
    stage = Stage.set_up(migration, seed=2)
    stage.operator().command(lambda session: approval.approve(session, "operator"))
    return stage


def failing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, times: float, problem: MigrateError, side: Side = Side.TARGET
) -> list[float]:
    """That side's fence cannot be opened so many times; returns when that was."""
    opened, tried = MemoryDatabase.open, []

    def open_fence(database: MemoryDatabase, before: Facts, friends: Sequence[str] = ()) -> None:
        if database.side is side and len(tried) < times:
            tried.append(stage.world.clock.monotonic())
            raise problem
        opened(database, before, friends)

    monkeypatch.setattr(MemoryDatabase, "open", open_fence)
    return tried


AWAY = TargetError("the target is gone", code="TGT-101", retryable=True)


def test_a_failover_of_the_arriving_side_after_the_switch_is_waited_for(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = failing(switched, monkeypatch, 8, AWAY)
    with pytest.raises(TargetError) as told:
        cutover.run(cast(Session, MemorySession(switched)), "cutover")
    assert tried[-1] - tried[0] > 20
    assert switched.world.stores[Side.TARGET].admits
    assert any("has switched, and the application is in on the target" in note for note in told.value.__notes__)
    assert switched.operator().resume() == "0"
    kept(switched.world, Side.TARGET)


def test_one_that_lasts_is_told_with_what_stands_in_the_way(switched: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = failing(switched, monkeypatch, float("inf"), AWAY)
    with pytest.raises(TargetError) as told:
        cutover.run(cast(Session, MemorySession(switched)), "cutover")
    assert tried[-1] - tried[0] > landing.AWAY_SECONDS
    assert any("could not be opened: the target is gone" in note for note in told.value.__notes__)
    assert not any(store.admits for store in switched.world.stores.values())


def test_what_does_not_pass_is_tried_once_more_and_told(switched: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = failing(switched, monkeypatch, float("inf"), TargetError("not permitted", code="TGT-110"))
    assert switched.operator().command(lambda session: cutover.run(session, "cutover")) == "7 TGT-110"
    assert len(tried) == 2


@pytest.mark.parametrize("wholly", [True, False])
def test_whoever_lost_the_lease_past_the_switch_opens_nothing(
    switched: Stage, monkeypatch: pytest.MonkeyPatch, wholly: bool
) -> None:
    """While it waits for the target, a colleague on another machine takes over; or even goes on, and goes back."""
    colleague, clock = switched.operator(), switched.world.clock
    failing(switched, monkeypatch, 2, AWAY)

    def taken_over(_: float) -> None:
        monkeypatch.undo()
        if wholly:
            assert (colleague.resume(), colleague.roll_back()) == ("0", "0")
        else:
            MemorySession(switched).writing().__enter__()
        switched.world.acts.clear()

    def note(event: Event) -> None:
        if isinstance(event, Noted) and "it has switched" in event.text:
            monkeypatch.setattr(clock, "sleep", taken_over)

    session = MemorySession(switched)
    session.emit = note
    with pytest.raises(MigrateError) as told:
        cutover.run(cast(Session, session), "cutover")
    assert told.value.code == ("TGT-101" if wholly else "STA-021")
    assert not [act for act in switched.world.acts if "fence" in act and not act.startswith("journal: ")]
    assert not switched.world.stores[Side.TARGET].admits
    assert colleague.settle() in ("", "0")
    kept(switched.world, Side.SOURCE if wholly else Side.TARGET)


GONE = SourceError("the source is gone", code="SRC-101", retryable=True)


def refusing_to_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(step: SwitchSecret, world: object, before: Facts) -> Facts:
        raise AwsError("AWS says no", code="AWS-AccessDenied")

    monkeypatch.setattr(SwitchSecret, "apply", refused)


def test_a_source_that_is_away_while_it_goes_back_is_waited_for(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It restarts under the freeze. Nobody is asked to type anything before the application may come in again."""
    refusing_to_switch(monkeypatch)
    tried = failing(switched, monkeypatch, 6, GONE, Side.SOURCE)
    with pytest.raises(AwsError) as told:
        cutover.run(cast(Session, MemorySession(switched)), "cutover")
    assert tried[-1] - tried[0] > 10
    assert switched.world.stores[Side.SOURCE].admits
    assert any("Unwound: the application runs on the source" in note for note in told.value.__notes__)
    assert history.open_run(MemoryJournal(switched.kept), *history.HANDOVERS) is None
    kept(switched.world, Side.SOURCE)


@pytest.mark.parametrize(
    ("problem", "waits"), [(GONE, True), (SourceError("not permitted", code="SRC-110"), False)], ids=["away", "refused"]
)
def test_a_source_that_stays_away_is_told_and_gone_on_with_by_hand(
    switched: Stage, monkeypatch: pytest.MonkeyPatch, problem: MigrateError, waits: bool
) -> None:
    with monkeypatch.context() as trouble:
        refusing_to_switch(trouble)
        tried = failing(switched, trouble, float("inf"), problem, Side.SOURCE)
        with pytest.raises(SourceError, match="undone but for") as told:
            cutover.run(cast(Session, MemorySession(switched)), "cutover")
    assert told.value.code == "RUN-004"
    assert (tried[-1] - tried[0] > landing.AWAY_SECONDS) is waits
    assert switched.operator().roll_back() == "0"
    assert switched.world.stores[Side.SOURCE].admits


def test_an_aws_that_does_not_answer_before_the_switch_leaves_nobody_at_the_fence(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who owns the writes cannot be read, and nothing was sent: so nothing is in doubt."""

    def silent(step: SwitchSecret, world: object, before: Facts) -> bool:
        raise AwsError("no answer", code="AWS-EndpointConnectionError", retryable=True)

    with monkeypatch.context() as outage:
        outage.setattr(SwitchSecret, "done", silent)
        outage.setattr(SwitchSecret, "settled", silent)
        assert switched.operator().command(lambda session: cutover.run(session, "cutover")).startswith("8 ")
    assert switched.world.stores[Side.SOURCE].admits
    assert history.open_run(MemoryJournal(switched.kept), *history.HANDOVERS) is None
    kept(switched.world, Side.SOURCE)


def written_at(monkeypatch: pytest.MonkeyPatch, stage: Stage, step: type[HandoverStep]) -> None:
    """A superuser's job, whom no fence bars, writes a row on the source right after that step."""
    applied = step.apply

    def and_then_somebody_writes(self: HandoverStep, world: Any, before: Facts) -> Facts:
        facts = applied(self, world, before)
        stage.world.stores[Side.SOURCE].write(7, "by the job")
        return facts

    monkeypatch.setattr(step, "apply", and_then_somebody_writes)


def test_what_a_superuser_writes_while_triggers_wake_ends_the_attempt(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as job:
        written_at(job, switched, WakeTriggers)
        assert switched.operator().command(lambda session: cutover.run(session, "cutover")) == "3 CUT-050"
    assert switched.secrets.owner() is Side.SOURCE
    assert switched.world.stores[Side.SOURCE].admits


def test_what_he_writes_behind_the_last_look_is_told_and_the_way_back_is_made(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    session = MemorySession(switched)
    session.announce = lambda event: told.append(event.text) if isinstance(event, Noted) and event.for_all else None
    with monkeypatch.context() as job:
        written_at(job, switched, ProveStillQuiet)
        cutover.run(cast(Session, session), "cutover")
    assert told == [f"rows were written on the source behind the last proof, and are nowhere else: {TABLE}"]
    (step,) = [e for e in switched.kept.entries if (e.kind, e.step) == (Kind.DONE, "after/late-writes")]
    assert step.body == {"tables": [str(TABLE)]}
    assert history.open_run(MemoryJournal(switched.kept), *history.HANDOVERS) is None


HELD = TargetError("a backup has a table in use", code="TGT-112", retryable=True)


def test_a_friend_who_holds_tables_of_the_arriving_side_is_met_before_the_switch(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waking triggers waits for its transaction: no gate sees a friend's. The application is back where it was."""

    def held(database: MemoryDatabase, firing: Facts) -> None:
        raise HELD

    with monkeypatch.context() as backup:
        backup.setattr(MemoryDatabase, "restore", held)
        assert switched.operator().command(lambda session: cutover.run(session, "cutover")) == "7 TGT-112"
    assert switched.secrets.owner() is Side.SOURCE
    assert switched.world.stores[Side.SOURCE].admits
    assert history.open_run(MemoryJournal(switched.kept), *history.HANDOVERS) is None
    for _ in range(50):
        switched.world.pass_time()
    assert switched.operator().approve_and_cut_over() == "0"
    kept(switched.world, Side.TARGET)


def test_the_feed_stays_locked_out_until_triggers_that_woke_rest_again(
    switched: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They woke, the switch was refused, and a backup bars them from resting: what the feed brings would fire them."""

    def held(database: MemoryDatabase, firing: Facts) -> None:
        raise HELD

    source, target = (switched.world.stores[side] for side in Side)
    with monkeypatch.context() as trouble:
        refusing_to_switch(trouble)
        trouble.setattr(MemoryDatabase, "rest", held)
        assert switched.operator().command(lambda session: cutover.run(session, "cutover")) == "7 RUN-004"
    assert source.admits, "the application waits for nobody's backup"
    assert not target.resting
    for _ in range(50):
        switched.world.pass_time()
    assert switched.operator().roll_back() == "0"
    assert target.resting
    for _ in range(50):
        switched.world.pass_time()
    assert switched.operator().approve_and_cut_over() == "0"
    kept(switched.world, Side.TARGET)


def test_what_an_earlier_version_froze_in_its_own_order_and_words_can_be_undone(switched: Stage) -> None:
    switched.world.trouble = (Trouble.KILLED_AFTER, "journal: done freeze/prove-fenced")
    assert switched.operator().command(lambda session: cutover.run(session, "cutover")) == "killed"
    entry = next(one for one in switched.kept.entries if one.kind is Kind.PLANNED and one.run == "cutover-1")
    request = cast(dict[str, Any], entry.body["request"])
    for section in request["runbook"]["section"]:
        section["steps"] = [step for step in section["steps"] if step != "open/triggers"]
        if section["name"] == "open":
            section["steps"].insert(0, "open/triggers")
    del request["roles"], request["known_logins"]
    then = replace(plan(parse(request["runbook"]), restore(request), begun=request), request=request)
    cast(dict[str, Any], entry.body)["digest"] = then.digest
    assert switched.operator().roll_back() == "0"
    assert switched.world.stores[Side.SOURCE].admits
    kept(switched.world, Side.SOURCE)


def test_one_that_goes_on_refusing_says_that_the_application_may_be_locked_out(migration: Settings) -> None:
    stage = Stage.set_up(migration, seed=2)
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
    assert stage.world.clock.monotonic() - began > landing.STATE_SECONDS
    assert operator.roll_back() == "0"
    assert stage.world.stores[Side.SOURCE].admits
    kept(stage.world, Side.SOURCE)
