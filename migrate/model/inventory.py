"""Every object of a schema with what makes it what it is, and how two servers' inventories differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from migrate.model.json import Facts

Inventory = Mapping[str, Mapping[str, str]]
"""Object, as `table public.orders`, to its aspects, as `owner`, to their values; one that it lacks is not there."""

MADE = "made"
"""The aspect under which an object that is on one side only is told."""


@dataclass(frozen=True, kw_only=True)
class Discrepancy:
    """One aspect of one object that the two sides do not hold alike. None: that side has nothing there."""

    object: str
    aspect: str
    source: str | None
    target: str | None
    reason: str = ""
    """Why it has to be so; empty where it has not."""

    @property
    def expected(self) -> bool:
        return bool(self.reason)

    def facts(self) -> Facts:
        return {**asdict(self), "expected": self.expected}

    def __str__(self) -> str:
        if self.aspect == MADE:
            return f"{self.object}: only on the {'source' if self.target is None else 'target'}"
        return f"{self.object}: {self.aspect} is {_told(self.source)} on the source, {_told(self.target)} on the target"


Excuse = Callable[[Discrepancy], str]
"""Why a discrepancy has to be; empty where it has not."""


def compare(source: Inventory, target: Inventory, excuses: Sequence[Excuse] = ()) -> tuple[Discrepancy, ...]:
    """All of them, by object. Of an object that only one side has, one line tells it."""
    found = []
    for each in _found(source, target):
        reason = next((text for excuse in excuses if (text := excuse(each))), "")
        found.append(
            Discrepancy(object=each.object, aspect=each.aspect, source=each.source, target=each.target, reason=reason)
        )
    return tuple(found)


def unexpected(found: Sequence[Discrepancy]) -> tuple[Discrepancy, ...]:
    return tuple(each for each in found if not each.expected)


def foremost(found: Sequence[Discrepancy]) -> tuple[Discrepancy, ...]:
    """Whole tables first: of one that a side has not, columns and keys alone would fill a line."""
    return tuple(sorted(found, key=lambda each: each.aspect != MADE or not each.object.startswith("table ")))


def _found(source: Inventory, target: Inventory) -> Iterator[Discrepancy]:
    for name in sorted(source.keys() | target.keys()):
        here, there = source.get(name), target.get(name)
        if here is None or there is None:
            yield Discrepancy(
                object=name,
                aspect=MADE,
                source=None if here is None else "yes",
                target=None if there is None else "yes",
            )
            continue
        for aspect in sorted(here.keys() | there.keys()):
            if here.get(aspect) != there.get(aspect):
                yield Discrepancy(object=name, aspect=aspect, source=here.get(aspect), target=there.get(aspect))


def _told(value: str | None) -> str:
    return "nothing" if value is None else " ".join(value.split())[:160] or "empty"
