"""What is known to bite on the way to Aurora, and where this toolkit asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checks.data import load


class Place(StrEnum):
    RULES = "rules"
    STAGE = "another part"
    """Something else than a rule takes care of it: a stage, a gate, a parameter of the target."""
    NOWHERE = "not asked"


@dataclass(frozen=True)
class Fact:
    """One fact. `name` is short: `ext-unsupported`."""

    name: str
    place: Place
    codes: tuple[str, ...] = ()
    """Rules that ask for it."""
    reason: str = ""
    """What takes care of it, or why nothing does."""


FAMILIES = ("postgresql", "mysql")
_PLACES = {"stage": Place.STAGE, "not": Place.NOWHERE}


def facts(family: str) -> tuple[Fact, ...]:
    """The facts about `postgresql` or `mysql` (MariaDB among it). Raises KeyError for another name."""
    return tuple(_fact(name, said) for name, said in load("coverage")[family].items())


def _fact(name: str, said: str) -> Fact:
    kind, mark, reason = said.partition(": ")
    if mark:
        return Fact(name, _PLACES[kind], reason=reason)
    return Fact(name, Place.RULES, codes=tuple(said.split()))
