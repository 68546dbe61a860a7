"""The judge of the matrix is no rubber stamp: what is not found, not done, or found beside, shows."""

from __future__ import annotations

from random import Random

import pytest

from migrate.model.database import Side
from tests.detection.damage import Damage
from tests.detection.kinds import Act, Kind, Route
from tests.detection.reading import UnchangedError, prove
from tests.detection.registry import harmless_of, kinds_of
from tests.detection.scoring import flagged, named, pointed

SWAP = Kind(name="swap", type="text", pair=lambda random: ("'a'", "'b'"), act=Act.SWAP_ROWS, routes=(Route.POSTGRES,))
ROWS = frozenset({("3", "changed", ("v",)), ("4", "changed", ("v",))})
DAMAGE = Damage(SWAP, "swap", 0, Side.TARGET, "UPDATE …", ROWS)
EQUAL = {("swap", Side.SOURCE): {"3": ("a",), "4": ("b",)}, ("swap", Side.TARGET): {"3": ("a",), "4": ("b",)}}
SWAPPED = {**EQUAL, ("swap", Side.TARGET): {"3": ("b",), "4": ("a",)}}


def test_exactly_what_was_done_is_full_marks() -> None:
    assert named([DAMAGE], {"swap": sorted(ROWS)}).perfect
    assert pointed([DAMAGE], {"swap": {"3", "4"}}).perfect
    assert flagged([DAMAGE], {"swap": {0}}).perfect


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"swap": [("3", "changed", ("v",))]},
        {"swap": [("3", "changed", ("note",)), ("4", "changed", ("v",))]},
        {"swap": [("3", "missing_on_target", ()), ("4", "changed", ("v",))]},
    ],
)
def test_half_of_it_is_missed(said: dict[str, list[tuple[str, str, tuple[str, ...]]]]) -> None:
    score = named([DAMAGE], said)
    assert (score.found, len(score.missed)) == (0, 1)


@pytest.mark.parametrize("beside", [("5", "changed", ("v",)), ("3", "changed", ("v",)), ("9", "missing_on_source", ())])
def test_what_is_named_beside_is_a_false_alarm(beside: tuple[str, str, tuple[str, ...]]) -> None:
    score = named([DAMAGE], {"swap": [*ROWS, beside]})
    assert (score.found, score.false_alarms) == (1, 1)
    assert not score.perfect


def test_an_alarm_about_equal_rows_is_false() -> None:
    equal = Damage(SWAP, "swap", 0, Side.TARGET, "UPDATE …", frozenset())
    assert named([equal], {"swap": []}).perfect
    assert named([equal], {"swap": [("3", "changed", ("v",))]}).false_alarms == 1
    assert pointed([equal], {"swap": {"3"}}).false_alarms == 1
    assert flagged([equal], {"swap": {0}}).false_alarms == 1


def test_a_damage_must_damage() -> None:
    prove([DAMAGE], EQUAL, SWAPPED)
    with pytest.raises(UnchangedError, match="not changed as meant"):
        prove([DAMAGE], EQUAL, EQUAL)
    with pytest.raises(UnchangedError, match="not changed as meant"):
        prove([DAMAGE], EQUAL, {**SWAPPED, ("swap", Side.SOURCE): {"3": ("a",)}})
    with pytest.raises(UnchangedError, match="were not equal"):
        prove([DAMAGE], SWAPPED, SWAPPED)


@pytest.mark.parametrize("route", Route, ids=lambda route: route.name.lower())
def test_every_kind_has_a_table_of_its_own_and_draws_two_values(route: Route) -> None:
    kinds = kinds_of(route)
    tables = [kind.table for kind in (*kinds, *harmless_of(route))]
    assert len(set(tables)) == len(tables)
    for kind in kinds:
        drawn = [kind.pair(Random(f"{kind.name}/{seed}")) for seed in range(50)]
        assert all(before != after for before, after in drawn), kind.name
        assert drawn == [kind.pair(Random(f"{kind.name}/{seed}")) for seed in range(50)], kind.name
