"""What the gate `replication-honest` is told: nothing rests on what was not seen, and what waits is looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from migrate.errors import AwsError
from migrate.model.cutover import Limits
from migrate.model.database import Side
from migrate.model.feed_status import HonestyFinding
from migrate.model.replication import ReplicationTask
from migrate.model.validation import TableShape
from migrate.model.watching import ControlTables
from migrate.stages.cutover.honesty import honesty
from tests.clocks import HandClock
from tests.watching.recorded import AT, NOTES, ORDERS, table, told
from tests.watching.test_looking import Aws, End


@dataclass
class Keyless(End):
    """`shop.notes` has no key."""

    def shapes(self, tables: Any) -> dict[Any, TableShape]:
        return {
            one: replace(shape, key=() if one == NOTES else ("id",)) for one, shape in super().shapes(tables).items()
        }


@dataclass
class Following(Aws):
    """A task whose statistics move from look to look."""

    applied: Iterator[int] = field(default_factory=lambda: iter(()))
    last: int = 0
    asked: int = 0

    def describe(self, identifier: str) -> ReplicationTask | None:
        self.asked += 1
        self.last = next(self.applied, self.last)
        return told(tables=(table(ORDERS), table(NOTES, updates=9, applied_updates=self.last)))


def found(aws: Aws, *, source: End | None = None, target: End | None = None) -> tuple[HonestyFinding, ...]:
    feed = SimpleNamespace(task="shop-main-forward-0", marker="forward_main", tables=(ORDERS, NOTES), slot="theirs")
    request = SimpleNamespace(
        migration="shop",
        leaving=Side.SOURCE,
        feeds=(feed,),
        control_schema="awsdms_control",
        freeze_slot="am_shop_freeze_1",
        limits=Limits(),
    )
    world = SimpleNamespace(
        request=request,
        leaving=source or End(),
        arriving=target or End(),
        tasks=aws,
        watch=aws,
        clock=HandClock(AT),
    )
    return honesty(cast(Any, world))


def codes(findings: tuple[HonestyFinding, ...]) -> set[str]:
    return {one.code for one in findings}


def test_a_feed_that_could_not_be_asked_about_is_unknown() -> None:
    with pytest.raises(AwsError, match="the token has expired") as caught:
        found(Aws(unasked=True))
    assert caught.value.code == "CUT-021"
    assert "(task, terms, control)" in str(caught.value)


def test_a_feed_that_is_gone_closes_the_gate() -> None:
    assert codes(found(Aws(None))) == {"DMS101"}


@pytest.mark.parametrize("written", [None, ControlTables((), None)])
def test_control_tables_that_cannot_be_read_are_unknown(written: ControlTables | None) -> None:
    with pytest.raises(AwsError, match="closed to the toolkit's login") as caught:
        found(Aws(), target=End(written=written))
    assert caught.value.code == "CUT-021"


def test_changes_that_are_lost_to_a_table_without_a_key_close_the_gate() -> None:
    findings = found(Following(applied=iter([4])), source=Keyless())
    (lost,) = [one for one in findings if one.code == "DMS122"]
    assert "shop.notes (5 of 9)" in lost.seen


def test_changes_that_are_merely_under_way_do_not() -> None:
    aws = Following(applied=iter([4, 6, 9]))
    assert "DMS122" not in codes(found(aws, source=Keyless()))
    assert aws.asked == 3


def test_where_nothing_waits_one_look_is_enough() -> None:
    aws = Following(applied=iter([9]))
    assert "DMS122" not in codes(found(aws, source=Keyless()))
    assert aws.asked == 1
