"""Waiting for long transactions before a freeze, where that is the policy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrate.model.cutover import Limits, Policy
from migrate.model.database import Side
from migrate.stages.cutover.awaiting import AwaitTransactions
from tests.clocks import HandClock


def waited(*, long_until: float = 0.0, prepared_until: float = 0.0) -> tuple[Any, list[Any]]:
    """What the step keeps, and what it told, where transactions end at these seconds."""
    clock, told = HandClock(), []
    began = clock.monotonic()

    def until(second: float, what: str) -> list[str]:
        return [what] if clock.monotonic() - began < second else []

    activity = SimpleNamespace(
        long_transactions=lambda seconds, friends: until(long_until, f"pid 7, over {seconds:g} s but for {friends}"),
        prepared_transactions=lambda: until(prepared_until, "gid-1"),
    )
    limits = Limits(long_transactions="wait", transaction_wait_seconds=30.0)
    request = SimpleNamespace(limits=limits, leaving="source", friends=lambda side: ("monitor",))
    world: Any = SimpleNamespace(
        request=request, leaving=SimpleNamespace(activity=activity), clock=clock, emit=told.append
    )
    return AwaitTransactions(leaving="source").apply(world, {}), told


@pytest.mark.parametrize(("policy", "steps"), [("refuse", 0), ("end", 0), ("wait", 1)])
def test_it_waits_only_where_that_is_asked_for(policy: Policy, steps: int) -> None:
    request: Any = SimpleNamespace(limits=Limits(long_transactions=policy), leaving=Side.SOURCE)
    assert len(AwaitTransactions.build(request)) == steps


def test_it_waits_for_the_last_of_them_and_says_for_what() -> None:
    facts, told = waited(long_until=4.0, prepared_until=9.5)
    assert facts == {"seconds": 10.0}
    assert told[0].text == "waiting up to 30 s for pid 7, over 60 s but for ('monitor',); prepared: gid-1"
    assert {one.total for one in told[1:]} == {None}, "when it gives up is not when it ends"


def test_it_waits_no_longer_than_it_may_and_leaves_the_rest_to_the_gate() -> None:
    facts, _ = waited(long_until=float("inf"))
    assert facts == {"seconds": 30.0}


def test_where_there_is_none_nobody_waits() -> None:
    assert waited() == ({"seconds": 0.0}, [])
