"""A server has no slot left for the toolkit: the cutover compares every table under the freeze, and says so before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
import pytest

from tests.scenarios.theatre import Staged, stage

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.xdist_group("without-a-log")]
STRAY = 'UPDATE ledger."Branch Office" SET "Display Name" = {} WHERE "branchNo" = 1'


@pytest.fixture(scope="module")
def unwitnessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """Validated while every slot of the target was somebody else's, who has given them back. One story, in order."""
    for staged in stage(tmp_path_factory.mktemp("unwitnessed")):
        for command in (["assess"], ["provision", "apply"], ["replicate", "start"]):
            staged.must(*command)
        yield staged


@contextlib.contextmanager
def every_slot_taken(staged: Staged, side: str) -> Iterator[None]:
    with psycopg.connect(**staged.login(side), autocommit=True) as database:
        taken = 0
        with contextlib.suppress(psycopg.errors.ConfigurationLimitExceeded):
            while True:
                database.execute("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", [f"taken_{taken}"])
                taken += 1
        yield
        for number in range(taken):
            database.execute("SELECT pg_drop_replication_slot(%s)", [f"taken_{number}"])


def test_a_validation_goes_on_without_and_says_what_that_means(unwitnessed: Staged) -> None:
    with every_slot_taken(unwitnessed, "target"):
        ran = unwitnessed.must("validate")
    told = " ".join(ran.err.split())
    assert "no log is held from here on" in told
    assert "all replication slots are in use" in told
    assert "A cutover compares every table whole under the freeze" in told
    assert unwitnessed.slots("source", "witness") == unwitnessed.slots("target", "witness") == []


def test_there_is_nothing_to_follow(unwitnessed: Staged) -> None:
    ran = unwitnessed.run("validate", "--follow", "--format", "json")
    assert (ran.code, ran.json["code"]) == (3, "VAL-006"), ran.err


def test_the_gate_foretells_what_that_costs_and_is_closed_where_it_is_too_much(unwitnessed: Staged) -> None:
    config = unwitnessed.home / "migration.toml"
    before = config.read_text()
    config.write_text(before.replace("freeze_budget_seconds = 300.0", "freeze_budget_seconds = 0.000001"))
    unwitnessed.must("cutover", "approve", "--by", "scenario")
    ran = unwitnessed.run("cutover", "run")
    config.write_text(before)
    assert ran.code == 3, ran.err
    told = " ".join(ran.err.split())
    assert "delta-backlog" in told
    assert "whole tables take too long" in told
    assert "all replication slots are in use" in told
    assert "that the freeze may take" in told
    assert unwitnessed.status()["owner"] == "source"


def test_a_write_that_nobody_logged_is_found_under_the_freeze(unwitnessed: Staged) -> None:
    with psycopg.connect(**unwitnessed.login("target"), autocommit=True) as database:
        database.execute(STRAY.format("'stray ' || \"Display Name\""))
        with unwitnessed.application() as application:
            application.write(30)
            unwitnessed.must("cutover", "approve", "--by", "scenario")
            ran = unwitnessed.run("cutover", "run")
            application.write(30)
        database.execute(STRAY.format('substr("Display Name", 7)'))
    assert ran.code == 3, ran.err
    told = " ".join(ran.err.split())
    assert "CUT-051 the sides differ: ledger.Branch Office differs" in told
    assert unwitnessed.status()["owner"] == "source"


def test_with_both_sides_equal_it_cuts_over_and_comes_back_and_nothing_is_lost(unwitnessed: Staged) -> None:
    with unwitnessed.application() as application:
        application.write(30)
        unwitnessed.must("cutover", "approve", "--by", "scenario")
        unwitnessed.must("cutover", "run")
        application.write(30)
        unwitnessed.must("rollback")
        application.write(30)
    assert unwitnessed.judge("source")["verdict"] == "kept"


def test_a_clean_validation_with_a_slot_on_both_sides_ends_that(unwitnessed: Staged) -> None:
    unwitnessed.must("validate")
    assert unwitnessed.slots("source", "witness") == unwitnessed.slots("target", "witness") != []
