"""What a restore drill says of what came back: all of it, less than was written, holes, tables gone, nothing at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from migrate.errors import AwsError, MigrateError, SaysNo, TargetError
from migrate.events import Noted
from migrate.model.drill import Restored, RestoreDrill, restored_names
from migrate.stages.drill.restore import LIMIT_SECONDS, ROWS, RestoreWorld, judge, restore, taken_down
from tests.clocks import BEGINNING


class Quick:
    """Time runs as fast as somebody sleeps, and lets the writer run meanwhile; it flies while nothing can come."""

    def __init__(self, in_vain: bool) -> None:
        self.moment, self.step = 0.0, LIMIT_SECONDS / 10 if in_vain else 0.0

    def now(self) -> Any:
        return BEGINNING + timedelta(seconds=self.moment)

    def monotonic(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        threading.Event().wait(0.01)
        self.moment += self.step or seconds


@dataclass
class Rows:
    """A database's markers and tables."""

    tables: tuple[str, ...] = ("shop.orders", "shop.items")
    rows: list[str] = field(default_factory=list)
    away: int = 0
    """So many questions are not answered."""

    @property
    def markers(self) -> Any:
        return self

    def prepare(self, names: Any) -> None:
        assert list(names) == ["restore"]

    def write(self, _: str, token: str) -> None:
        self.rows.append(token)

    def seen(self, _: str, token: str) -> bool:
        return token in self.rows

    def identity(self) -> None:
        if self.away:
            self.away -= 1
            raise TargetError("not yet", code="TGT-108", retryable=True)

    def catalog(self) -> Any:
        return SimpleNamespace(tables=[SimpleNamespace(name=one) for one in self.tables])


class Rds:
    """Restores what `target` has at the call, less what `forgets` says; told in the order in which it was asked."""

    def __init__(self, target: Rows, forgets: Callable[[int], bool] = lambda _: False, **changed: Any) -> None:
        self.target, self.forgets, self.changed = target, forgets, changed
        self.asked: list[str] = []
        self.restorable: Any = None
        self.copy = Rows()
        self.clock: Any = None
        self.never = False

    def latest(self, _: str) -> Any:
        return self.clock.now() if self.restorable is None else self.restorable

    def begin(self, cluster: str, name: str) -> None:
        assert cluster == "orders"
        self.asked.append(f"begin {name}")
        rows = list(self.target.rows)
        kept = [one for number, one in enumerate(rows) if not self.forgets(number - len(rows))]
        self.copy = replace(self.target, rows=kept, **self.changed)

    def add_writer(self, _: str, name: str) -> None:
        self.asked.append(f"add {name}")

    def state(self, _: str) -> Restored:
        return Restored("db.example", 5432, available=not self.never, instances=len(self.asked) - 1)

    def standing(self) -> list[str]:
        raise NotImplementedError

    def remove(self, name: str) -> None:
        self.asked.append(f"remove {name}")

    @contextmanager
    def opened(self, host: str, port: int) -> Iterator[Any]:
        assert (host, port) == ("db.example", 5432)
        yield self.copy


def world(rds: Rds, told: list[Any], *, in_vain: bool = False) -> RestoreWorld:
    rds.clock = Quick(in_vain)
    target: Any = rds.target
    return RestoreWorld(
        cluster="orders",
        target=target,
        restores=rds,
        opened=rds.opened,
        emit=told.append,
        clock=rds.clock,
        look_seconds=1.0,
    )


def drilled(rds: Rds, *, in_vain: bool = False) -> RestoreDrill:
    return restore(world(rds, [], in_vain=in_vain), "orders-drill-1", "restore-1")


def refusal(rds: Rds, *, in_vain: bool = False) -> MigrateError:
    with pytest.raises(SaysNo) as caught:
        judge(drilled(rds, in_vain=in_vain))
    return caught.value


def test_everything_is_there_and_the_writer_answers_late() -> None:
    rds = Rds(Rows(), away=3)
    found = drilled(rds)
    judge(found)
    assert rds.asked == ["begin orders-drill-1", "add orders-drill-1"]
    assert found.acknowledged >= ROWS
    assert found.found == found.acknowledged
    assert (found.later, found.missing, found.tables, found.missing_tables) == (0, (), 2, ())
    assert found.recovery_seconds == 3.0, "three questions were not answered, a second apart"


def test_rows_after_the_latest_restorable_time_are_counted_and_are_no_fault() -> None:
    found = drilled(Rds(Rows(), forgets=lambda from_the_end: from_the_end >= -4))
    judge(found)
    assert (found.later, found.missing) == (4, ())
    assert found.found == found.acknowledged - 4


def test_a_row_that_is_missing_before_one_that_is_there_is_a_fault() -> None:
    problem = refusal(Rds(Rows(), forgets=lambda from_the_end: from_the_end in (-3, -7)))
    assert (problem.code, str(problem).startswith("2 acknowledged rows")) == ("DRL-011", True)


def test_a_table_that_is_missing_is_named() -> None:
    problem = refusal(Rds(Rows(), tables=("shop.items",)))
    assert problem.code == "DRL-012"
    assert "1 of 2 tables" in str(problem)
    assert "shop.orders" in str(problem)


def test_nothing_that_was_written_is_there() -> None:
    rds = Rds(Rows(), forgets=lambda _: True)
    problem = refusal(rds)
    assert (problem.code, str(problem).startswith("none of ")) == ("DRL-013", True)


def test_nothing_is_asked_for_while_rds_could_restore_no_row() -> None:
    rds = Rds(Rows())
    rds.restorable = BEGINNING
    assert refusal(rds, in_vain=True).code == "DRL-009"
    assert rds.asked == []


def test_a_restored_cluster_that_never_comes_is_told() -> None:
    class Never(Rds):
        def begin(self, cluster: str, name: str) -> None:
            super().begin(cluster, name)
            self.never, self.clock.step = True, LIMIT_SECONDS / 10

    rds = Never(Rows())
    problem = refusal(rds)
    assert problem.code == "DRL-010"
    assert rds.asked == ["begin orders-drill-1"]


def test_what_went_wrong_is_told_and_a_cluster_that_stays_is_named_beside_it() -> None:
    class Stays(Rds):
        def remove(self, name: str) -> None:
            raise AwsError("no right to", code="AWS-AccessDenied")

    told: list[Any] = []
    with pytest.raises(SaysNo, match="first"), taken_down(world(Stays(Rows()), told), "orders-drill-1"):
        raise SaysNo("first", code="DRL-010")
    (note,) = [one for one in told if isinstance(one, Noted)]
    assert note.warning
    assert "orders-drill-1 is still there" in note.text
    with pytest.raises(AwsError), taken_down(world(Stays(Rows()), told), "orders-drill-1"):
        pass


def test_the_cluster_is_deleted_however_the_drill_ends() -> None:
    rds = Rds(Rows())
    with taken_down(world(rds, []), "orders-drill-1"):
        pass
    with pytest.raises(KeyboardInterrupt), taken_down(world(rds, []), "orders-drill-2"):
        raise KeyboardInterrupt
    assert rds.asked == ["remove orders-drill-1", "remove orders-drill-2"]


@pytest.mark.parametrize("cluster", ["orders", "o" * 63, "o" * 49 + "-" + "p" * 13])
def test_names_of_clusters_and_of_their_instances_fit(cluster: str) -> None:
    instance = f"{restored_names(cluster)}9999-1"
    assert len(instance) <= 63
    assert "--" not in instance
