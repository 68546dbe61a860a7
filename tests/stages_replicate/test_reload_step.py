"""Tables loaded again: what was refused before that is past, what was refused since is not."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from checks.facts import TableName
from migrate.events import Noted
from migrate.model.watching import ControlTables, ExceptionsOf
from migrate.stages.replicate.changes import ReloadTables

ORDERS, ITEMS = TableName("shop", "orders"), TableName("shop", "items")


class Fed:
    """A side whose exceptions a reload adds to: one that comes after the load."""

    def __init__(self, *exceptions: ExceptionsOf, later: int = 9) -> None:
        self.exceptions = exceptions
        self.later = later
        self.told: list[Noted] = []
        self.forgotten: list[ExceptionsOf] = []
        self.feed = self.leftovers = self.changes = self

    def control(self, schema: str, task: str) -> ControlTables:
        return ControlTables(self.exceptions, {})

    def reload(self, *_: object) -> None:
        self.exceptions = (ExceptionsOf(ORDERS, self.later, "later"),) if self.later else ()

    def forget_exceptions(self, schema: str, seen: list[ExceptionsOf]) -> None:
        self.forgotten += seen


def world_of(fed: Fed) -> Any:
    return SimpleNamespace(fed=fed, tasks=fed, control_schema="awsdms_control", emit=fed.told.append)


def test_only_what_was_seen_before_the_reload_is_forgotten() -> None:
    fed = Fed(ExceptionsOf(ORDERS, 2, "before"), ExceptionsOf(ITEMS, 1, "before"))
    step, world = ReloadTables("main", (ORDERS,)), world_of(fed)
    noted = json.loads(json.dumps(step.observe(world)))
    step.apply(world, noted)
    assert fed.forgotten == [ExceptionsOf(ORDERS, 2, "before")]


def test_what_came_while_the_load_began_is_left_and_told_of() -> None:
    fed = Fed(ExceptionsOf(ORDERS, 2, "before"))
    step, world = ReloadTables("main", (ORDERS,)), world_of(fed)
    assert step.apply(world, step.observe(world))["left"] == {"shop.orders": 9}
    (told,) = fed.told
    assert told.warning
    assert "shop.orders (9)" in told.text
    fed = Fed(ExceptionsOf(ORDERS, 2, "before"), later=0)
    world = world_of(fed)
    assert step.apply(world, step.observe(world))["left"] == {}
    assert fed.told == []


def test_where_nothing_was_seen_nothing_is_forgotten() -> None:
    fed = Fed()
    step, world = ReloadTables("main", (ORDERS,)), world_of(fed)
    step.apply(world, step.observe(world))
    assert fed.forgotten == []
    step.apply(world, {})
    assert fed.forgotten == [], "an earlier version noted nothing"
