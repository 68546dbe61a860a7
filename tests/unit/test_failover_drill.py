"""What a failover drill says when the target is not as Aurora is: rows gone, nothing taken, nobody back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from migrate.errors import MigrateError, TargetError
from migrate.events import silent
from migrate.model.drill import FailoverDrill, Members
from migrate.stages.drill.failover import CALM_WRITES, LIMIT_SECONDS, DrillWorld, failover

BEFORE = Members("a", ("b",), available=True)
AFTER = Members("b", ("a",), available=True)


class Quick:
    """Time runs as fast as somebody sleeps, and lets the writer run meanwhile. It flies while nothing can come."""

    def __init__(self, in_vain: Callable[[], bool]) -> None:
        self.moment, self.in_vain = 0.0, in_vain

    def now(self) -> Any:
        raise NotImplementedError

    def monotonic(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        threading.Event().wait(0.01)
        self.moment += LIMIT_SECONDS / 10 if self.in_vain() else seconds


class Target:
    """Markers of a target that takes rows while `takes` says so, and forgets what `forgets` says."""

    def __init__(self, takes: Callable[[], bool], forgets: Callable[[str], bool] = lambda _: False) -> None:
        self.takes, self.forgets = takes, forgets
        self.rows: set[str] = set()

    @property
    def markers(self) -> Any:
        return self

    def prepare(self, names: Any) -> None:
        assert list(names) == ["failover"]

    def write(self, _: str, token: str) -> None:
        if not self.takes():
            raise TargetError("away", code="TGT-108", retryable=True)
        self.rows.add(token)

    def seen(self, _: str, token: str) -> bool:
        return token in self.rows and not self.forgets(token)


class Rds:
    def __init__(self, after: Members) -> None:
        self.after, self.struck = after, False

    def members(self, _: str) -> Members:
        return self.after if self.struck else BEFORE

    def begin(self, _: str, members: Members) -> None:
        assert members == BEFORE
        self.struck = True


def drilled(target: Target, rds: Rds, in_vain: Callable[[], bool] = lambda: False, **feed: Any) -> FailoverDrill:
    feed = {"markers": (), "source": None} | feed
    world: Any = DrillWorld(
        cluster="orders",
        target=target,
        failovers=rds,
        emit=silent,
        clock=Quick(in_vain),
        **feed,  # type: ignore[arg-type]
    )
    return failover(world, BEFORE, "drill-1")


def refusal(target: Target, rds: Rds, in_vain: Callable[[], bool], **feed: Any) -> MigrateError:
    with pytest.raises(MigrateError) as caught:
        drilled(target, rds, in_vain, **feed)
    return caught.value


def test_rows_that_were_acknowledged_and_are_gone_are_told() -> None:
    found = drilled(Target(lambda: True, forgets=lambda token: token.endswith("/3")), Rds(AFTER))
    assert found.lost == ("drill-1/3",)
    assert found.acknowledged >= 2 * CALM_WRITES
    assert (found.writer, found.successor, found.feed_seconds) == ("a", "b", None)


def test_a_target_that_takes_no_rows_is_left_alone() -> None:
    rds = Rds(AFTER)
    assert refusal(Target(lambda: False), rds, lambda: True).code == "DRL-004"
    assert not rds.struck


@pytest.mark.parametrize(
    "after",
    [BEFORE, Members("b", ("a",), available=False), Members("", ("a", "b"), available=True)],
    ids=["the same writer", "an instance is not available", "nobody writes"],
)
def test_it_is_over_only_when_rds_tells_another_writer_and_all_are_available(after: Members) -> None:
    rds = Rds(after)
    problem = refusal(Target(lambda: True), rds, lambda: rds.struck)
    assert problem.code == "DRL-005"
    assert f"{LIMIT_SECONDS:g} s" in str(problem)


def test_a_target_that_takes_no_rows_afterwards_is_not_back() -> None:
    rds = Rds(AFTER)
    assert refusal(Target(lambda: not rds.struck), rds, lambda: rds.struck).code == "DRL-005"


def test_a_feed_that_does_not_come_through_again_is_told() -> None:
    class Source:
        markers = Target(lambda: True)

    written = Source.markers.rows
    problem = refusal(
        Target(lambda: True), Rds(AFTER), lambda: bool(written), markers=("forward_main",), source=Source()
    )
    assert problem.code == "DRL-006"
    assert "forward_main" in str(problem)
