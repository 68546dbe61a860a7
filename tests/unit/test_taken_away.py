"""Whose a slot is, and what the journal says once a replication was destroyed or a migration abandoned."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from checks.facts import TableName
from migrate.errors import SaysNo, StateConflict
from migrate.model.database import Side
from migrate.model.journal import Kind
from migrate.model.leftover import AWS, Leftover
from migrate.model.leftover import Kind as LeftoverKind
from migrate.model.replication import ReplicationTask, TableState, TableStatistics
from migrate.operations import feed_changes, history, names
from migrate.operations.feed_changes import require_loading_task
from migrate.operations.finalize import refuse_once_begun
from migrate.operations.moved import blind, outdate, witness
from migrate.ports.journal import Journal
from migrate.stages.retire.plan import plan
from migrate.stages.retire.world import RetireRequest
from tests.clocks import BEGINNING, HandClock

KINDS = ("forward", "reverse", "probe")


def ran(journal: Journal, stage: str, run: str, outcome: str | None = "done", **request: object) -> None:
    journal.append(Kind.PLANNED, run=run, body={"stage": stage, "request": dict(request)})
    if outcome:
        journal.append(Kind.OUTCOME, run=run, body={"outcome": outcome})


def switched(journal: Journal, stage: str, run: str) -> None:
    journal.append(Kind.PLANNED, run=run, body={"stage": stage, "request": {}})
    journal.append(Kind.DONE, run=run, step="switch/secret", body={})
    journal.append(Kind.OUTCOME, run=run, body={"outcome": "done"})


@pytest.mark.parametrize("migration", ["a", "a-b", "a-main", "a-witness", "a-freeze", "shop"])
def test_every_slot_of_a_migration_is_its_own_and_no_others(migration: str) -> None:
    others = {"a", "a-b", "a-main", "a-witness", "a-freeze", "shop"} - {migration}
    made = [
        names.witness_slot(migration, 12),
        names.slot(migration, "freeze", "1"),
        *(
            names.slot(migration, task, kind, "3")
            for task in ("main", "b2")
            for kind in ("forward", "reverse", "probe")
        ),
    ]
    for name in made:
        assert names.is_slot(migration, name)
        assert not [other for other in others if names.is_slot(other, name)], name
    assert not names.is_slot(migration, f"x{made[0]}")
    assert not names.is_slot(migration, f"{made[0]}x")


def test_what_was_set_up_before_a_destroy_counts_no_more(journal: Journal) -> None:
    ran(journal, "replicate", "replicate-1")
    switched(journal, "cutover", "cutover-1")
    switched(journal, "rollback", "rollback-2")
    ran(journal, history.DESTROY, "replicate-destroy-1", None)
    assert history.last_done(journal, "replicate") is not None, "one that was broken off took nothing away for good"
    journal.append(Kind.OUTCOME, run="replicate-destroy-1", body={"outcome": "done"})
    assert history.last_done(journal, "replicate") is None
    assert history.last_done(journal, *history.HANDOVERS) is None
    assert history.owner(journal) is Side.SOURCE
    assert history.next_number(journal, "replicate") == 2, "no name is used twice"
    assert history.next_number(journal, *history.HANDOVERS) == 3
    ran(journal, "replicate", "replicate-2")
    last = history.last_done(journal, "replicate")
    assert last is not None
    assert last.run == "replicate-2"


def test_a_validation_that_was_outdated_has_no_witness(journal: Journal) -> None:
    outdate(journal, "replicate", "nothing yet", BEGINNING)
    assert not journal.evidence("validation")
    for slot in ("w1", "w2"):
        journal.record("validation", run="v", expires_at=BEGINNING, facts={"verdict": "match", "witness": slot})
    assert witness(journal) == "w2"
    outdate(journal, "replicate", "loaded again", BEGINNING)
    assert witness(journal) is None
    journal.record("validation", run="v", expires_at=BEGINNING, facts={"verdict": "differs", "witness": None})
    assert witness(journal) is None
    journal.record("validation", run="v", expires_at=BEGINNING, facts={"verdict": "match", "witness": "w5"})
    assert witness(journal) == "w5"


def test_an_abandoned_migration_begins_nothing(journal: Journal) -> None:
    ran(journal, history.CLEANUP, "cleanup-1", abandoned=False)
    refuse_once_begun(journal)
    ran(journal, history.CLEANUP, "cleanup-2", None, abandoned=True)
    with pytest.raises(SaysNo) as caught:
        refuse_once_begun(journal)
    assert caught.value.code == "CUT-018"


def test_only_a_task_with_a_full_load_is_changed(journal: Journal) -> None:
    with pytest.raises(SaysNo, match="was not set up"):
        require_loading_task(journal, "reload")
    ran(journal, "replicate", "replicate-1")
    require_loading_task(journal, "reload")
    switched(journal, "cutover", "cutover-1")
    with pytest.raises(SaysNo) as caught:
        require_loading_task(journal, "reload")
    assert caught.value.code == "REP-066"
    assert "destroy" not in caught.value.hint, "the way back rests on it"
    switched(journal, "rollback", "rollback-2")
    with pytest.raises(SaysNo) as caught:
        require_loading_task(journal, "reload")
    assert "replicate destroy" in caught.value.hint
    ran(journal, "cutover", "cutover-3", None)
    with pytest.raises(StateConflict):
        require_loading_task(journal, "reload")


def test_a_set_up_that_is_past_its_loads_is_followed(journal: Journal) -> None:
    """Its proof may refuse a table: that is loaded again before the set-up ends."""
    assert history.following(journal) is None
    ran(journal, "replicate", "replicate-1", None, tasks=[{"name": "main"}, {"name": "rest"}])
    journal.append(Kind.DONE, run="replicate-1", step="dms/follow:main")
    assert history.following(journal) is None, "the load of another task goes on"
    journal.append(Kind.DONE, run="replicate-1", step="dms/follow:rest")
    begun = history.following(journal)
    assert begun is not None
    require_loading_task(journal, "reload", begun)
    with pytest.raises(SaysNo):
        require_loading_task(journal, "settings")
    journal.append(Kind.OUTCOME, run="replicate-1", body={"outcome": "done"})
    assert history.following(journal) == history.last_done(journal, "replicate")


def test_a_window_speaks_of_the_last_switch_alone(journal: Journal) -> None:
    """Once the application was switched again, the way back has to be proven anew."""
    assert history.windows(journal) == []
    switched(journal, "cutover", "cutover-1")
    proof = journal.record("reverse-window", run="cutover-1", expires_at=BEGINNING, facts={})
    assert history.windows(journal) == [proof]
    for stage, run in (("rollback", "rollback-2"), ("cutover", "cutover-3")):
        switched(journal, stage, run)
    assert history.windows(journal) == []


def validated(journal: Journal, verdict: str, witness: str | None = None, blind: str | None = None) -> None:
    facts = {"verdict": verdict, "witness": witness, "blind": blind}
    journal.record("validation", run="validate", expires_at=BEGINNING, facts=facts)


def test_a_pass_without_a_slot_is_clean_and_blind_until_one_holds_the_log(journal: Journal) -> None:
    assert blind(journal) == ""
    validated(journal, "match", blind="no slot is left")
    assert (witness(journal), blind(journal)) == (None, "no slot is left")
    validated(journal, "match", witness="am_shop_witness_2")
    assert (witness(journal), blind(journal)) == ("am_shop_witness_2", "")
    validated(journal, "match", blind="no slot is left")
    assert (witness(journal), blind(journal)) == ("am_shop_witness_2", ""), "what it held, it still holds"
    outdate(journal, "replicate-2", "loaded anew", BEGINNING)
    assert (witness(journal), blind(journal)) == (None, "")


def test_a_pass_that_was_not_clean_is_no_ground_with_a_log_or_without(journal: Journal) -> None:
    validated(journal, "differs", blind="no slot is left")
    assert (witness(journal), blind(journal)) == (None, "")


def test_what_was_changed_of_the_switch_is_given_back_last() -> None:
    """A record's TTL, lowered by a preparation that no switch followed."""
    request = RetireRequest(
        stage=history.CLEANUP,
        run="cleanup-1",
        migration="orders",
        found=(Leftover(where=AWS, kind=LeftoverKind.SECRET, name="s", cost=""),),
        abandoned=True,
        noted={"ttl": 300},
    )
    last = plan(request).steps[-1]
    released: list[object] = []
    world: Any = SimpleNamespace(request=request, traffic=SimpleNamespace(release=released.append))
    last.apply(world, {})
    assert released == [{"ttl": 300}]


def test_a_switch_of_which_nothing_was_changed_is_left_alone() -> None:
    request = RetireRequest(stage=history.CLEANUP, run="cleanup-1", migration="orders", found=(), abandoned=True)
    assert plan(request).steps == ()


def test_new_settings_void_what_was_validated_where_a_table_in_error_is_loaded_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task runs without the table until it is stopped for its settings; resumed, it loads it."""
    ran(journal, "replicate", "replicate-1")
    journal.record("validation", run="validate-1", expires_at=BEGINNING, facts={"verdict": "match"})
    failed = TableStatistics(table=TableName("shop", "bill"), state=TableState.ERROR)
    task = ReplicationTask(identifier="main", arn="arn", status="running", tables=(failed,))
    session: Any = SimpleNamespace(
        writing=lambda: nullcontext(journal), tasks=SimpleNamespace(describe=lambda _: task), clock=HandClock()
    )
    differ = iter([True, False])
    monkeypatch.setattr(feed_changes, "specs", lambda *_: [SimpleNamespace(identifier="main")])
    monkeypatch.setattr(feed_changes, "_differ", lambda *_: next(differ))
    monkeypatch.setattr(feed_changes, "_carry_out", lambda *_: None)
    monkeypatch.setattr(feed_changes, "attempt", lambda *_: None)
    monkeypatch.setattr(feed_changes, "status", lambda _: [])

    feed_changes.apply_settings(session)

    assert journal.evidence("validation")[-1].facts["why"] == "loaded again: shop.bill"
