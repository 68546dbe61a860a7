"""What a restore drill says of what came back: all of it, less than was written, holes, tables gone, nothing at all.

To the latest restorable time, and from a snapshot, which is chosen before anything is done.
"""

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
from migrate.model.snapshot import LATEST, ClusterSnapshot
from migrate.stages.drill.from_snapshot import SETTLED, FromSnapshot
from migrate.stages.drill.latest_time import ROWS, LatestTime
from migrate.stages.drill.restore import restore, taken_down
from migrate.stages.drill.restore_point import RestorePoint
from migrate.stages.drill.restore_world import LIMIT_SECONDS, RestoreWorld
from migrate.stages.drill.snapshot_choice import chosen
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
    refuses: bool = False
    """No question is."""
    at: dict[str, Any] = field(default_factory=dict)
    """When rows were written that were there before."""

    @property
    def markers(self) -> Any:
        return self

    def prepare(self, names: Any) -> None:
        assert list(names) == ["restore"]

    def write(self, _: str, token: str) -> None:
        self.rows.append(token)

    def seen(self, _: str, token: str) -> bool:
        return token in self.rows

    def written(self, marker: str, before: Any) -> list[str]:
        return [token for token, at in self.at.items() if token.startswith(marker) and at < before]

    def identity(self) -> None:
        if self.refuses:
            raise TargetError("the user name or the password is wrong", code="TGT-102")
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
        self.kept: list[ClusterSnapshot] = []

    def snapshots(self, cluster: str) -> list[ClusterSnapshot]:
        return [one for one in self.kept if one.cluster == cluster]

    def snapshot(self, name: str) -> ClusterSnapshot | None:
        return next((one for one in self.kept if one.name == name), None)

    def latest(self, _: str) -> Any:
        return self.clock.now() if self.restorable is None else self.restorable

    def begin(self, cluster: str, name: str, snapshot: ClusterSnapshot | None = None) -> None:
        assert cluster == "orders"
        self.asked.append(f"begin {name}" + (f" of {snapshot.name}" if snapshot else ""))
        rows = list(self.target.rows)
        kept = [one for number, one in enumerate(rows) if not self.forgets(number - len(rows))]
        there = {token: at for token, at in self.target.at.items() if snapshot is None or at < snapshot.taken}
        self.copy = replace(self.target, **{"rows": kept, "at": there, **self.changed})

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


def drilled(rds: Rds, snapshot: ClusterSnapshot | None = None, *, in_vain: bool = False) -> RestoreDrill:
    """Measured, and judged."""
    stage = world(rds, [], in_vain=in_vain)
    point: RestorePoint = LatestTime(stage, "restore-1") if snapshot is None else FromSnapshot(stage, snapshot)
    found = restore(stage, point, "orders-drill-1")
    point.judge(found)
    return found


def refusal(rds: Rds, snapshot: ClusterSnapshot | None = None, *, in_vain: bool = False) -> MigrateError:
    with pytest.raises(SaysNo) as caught:
        drilled(rds, snapshot, in_vain=in_vain)
    return caught.value


def taken(name: str, hours_ago: float = 1.0, **changed: Any) -> ClusterSnapshot:
    made = {"cluster": "orders", "status": "available", "engine": "aurora-mysql", "version": "8.0", "manual": True}
    return ClusterSnapshot(**{"name": name, "taken": BEGINNING - timedelta(hours=hours_ago), **made, **changed})


def test_everything_is_there_and_the_writer_answers_late() -> None:
    rds = Rds(Rows(), away=3)
    found = drilled(rds)
    assert rds.asked == ["begin orders-drill-1", "add orders-drill-1"]
    assert found.acknowledged >= ROWS
    assert found.found == found.acknowledged
    assert (found.later, found.missing, found.tables, found.missing_tables) == (0, (), 2, ())
    assert found.recovery_seconds == 3.0, "three questions were not answered, a second apart"


def test_rows_after_the_latest_restorable_time_are_counted_and_are_no_fault() -> None:
    found = drilled(Rds(Rows(), forgets=lambda from_the_end: from_the_end >= -4))
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
        def begin(self, cluster: str, name: str, snapshot: ClusterSnapshot | None = None) -> None:
            super().begin(cluster, name, snapshot)
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


def before(taken_at: ClusterSnapshot, **seconds: float) -> Rows:
    """Rows that were there so many seconds before a snapshot, by their tokens."""
    return Rows(at={token.replace("_", "/"): taken_at.taken - timedelta(seconds=ago) for token, ago in seconds.items()})


def test_rows_from_before_a_snapshot_are_in_it_and_its_age_is_the_recovery_point() -> None:
    snapshot = taken("nightly", hours_ago=3)
    target = before(snapshot, restore_1=600, failover_1=60, health_1=7000, restore_late=SETTLED.seconds, forward_1=60)
    rds = Rds(target, away=2)
    found = drilled(rds, snapshot)
    assert rds.asked == ["begin orders-drill-1 of nightly", "add orders-drill-1"]
    assert target.rows == [], "nothing is written to the cluster"
    assert (found.acknowledged, found.found, found.later, found.missing) == (3, 3, 0, ())
    assert (found.point_seconds, found.recovery_seconds) == (3 * 3600, 2.0)
    facts = found.facts()
    assert (facts["snapshot"], facts["taken_at"]) == ("nightly", snapshot.taken.isoformat())


def test_a_row_from_before_a_snapshot_that_is_not_in_it_is_a_fault() -> None:
    snapshot = taken("nightly")
    target = before(snapshot, restore_1=600, restore_2=60)
    problem = refusal(Rds(target, at={"restore/2": target.at["restore/2"]}), snapshot)
    assert (problem.code, str(problem).startswith("1 of 2 rows")) == ("DRL-017", True)


def test_a_snapshot_from_before_every_row_is_no_fault_and_one_from_before_a_table_is() -> None:
    snapshot = taken("old", hours_ago=48)
    found = drilled(Rds(before(snapshot, restore_1=-600)), snapshot)
    assert (found.acknowledged, found.missing) == (0, ())
    problem = refusal(Rds(Rows(), tables=("shop.items",)), snapshot)
    assert (problem.code, "shop.orders" in str(problem)) == ("DRL-018", True)
    assert "too old" in problem.hint


def test_a_password_that_was_another_then_is_told_as_what_it_is() -> None:
    problem = refusal(Rds(Rows(), refuses=True), taken("old"))
    assert problem.code == "DRL-019"
    assert "the user name or the password is wrong" in str(problem)
    with pytest.raises(TargetError):
        drilled(Rds(Rows(), refuses=True))


def test_the_latest_snapshot_is_the_newest_that_somebody_made_and_that_can_be_restored() -> None:
    rds: Any = Rds(Rows())
    rds.kept = [
        taken("coming", 0.1, status="creating"),
        taken("rds:orders-1", 0.2, manual=False),
        taken("earlier-cluster", 0.3, of_another=True),
        taken("good", 1),
        taken("older", 2),
    ]
    assert chosen(rds, "orders", LATEST).name == "good"
    assert chosen(rds, "orders", "RDS:Orders-1").name == "rds:orders-1", "by its name also what RDS made"
    rds.kept = rds.kept[:3]
    for wanted, code, word in (
        (LATEST, "DRL-016", "coming is creating"),
        ("coming", "DRL-016", "coming is creating"),
        ("earlier-cluster", "DRL-015", "an earlier cluster orders"),
    ):
        with pytest.raises(SaysNo, match=word) as caught:
            chosen(rds, "orders", wanted)
        assert caught.value.code == code
    assert rds.asked == []


def test_a_snapshot_that_is_none_of_the_clusters_is_refused_with_what_there_is() -> None:
    def refused(wanted: str) -> tuple[str, str, str]:
        with pytest.raises(SaysNo) as caught:
            chosen(rds, "orders", wanted)
        return caught.value.code, str(caught.value), caught.value.hint

    rds: Any = Rds(Rows())
    code, why, hint = refused(LATEST)
    assert (code, why) == ("DRL-014", "nobody has made a snapshot of orders")
    assert "aws rds create-db-cluster-snapshot --db-cluster-identifier orders" in hint
    rds.kept = [taken("orders-before-cutover-1"), taken("billing-nightly", cluster="billing")]
    code, why, hint = refused("orders-before-cutover-l")
    assert (code, hint) == ("DRL-014", "Did you mean orders-before-cutover-1?")
    code, why, hint = refused("zzz")
    assert (code, hint) == ("DRL-014", "There are: orders-before-cutover-1.")
    code, why, hint = refused("billing-nightly")
    assert (code, "was made of cluster billing" in why) == ("DRL-015", True)
