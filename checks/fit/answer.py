"""What is said of each method, and of Aurora as the place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """What a reason does to a method."""

    EXCLUDES = "excludes"
    AGAINST = "against"
    FOR = "for"
    UNKNOWN = "unknown"
    """The fact is not known that could rule the method out."""


class Verdict(StrEnum):
    RECOMMENDED = "recommended"
    POSSIBLE = "possible"
    UNCERTAIN = "uncertain"
    RULED_OUT = "ruled out"


@dataclass(frozen=True)
class Reason:
    weight: Weight
    text: str
    """With what was observed in brackets."""
    source: str


@dataclass(frozen=True)
class MethodFit:
    key: str
    """`dump-restore`, `rds-snapshot`, `rds-replica`, `native` or `dms`."""
    name: str
    what: str
    """What is done, in a few words."""
    verdict: Verdict
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class WrongTarget:
    """Why Aurora may be the wrong place, and which one may be better."""

    key: str
    text: str
    instead: str
    source: str


@dataclass(frozen=True)
class OutOfScope:
    name: str
    text: str
    source: str


@dataclass(frozen=True)
class Fit:
    methods: tuple[MethodFit, ...]
    """The recommended one first, then as they would be taken in its place."""
    assumed: tuple[str, ...]
    """What was assumed because nobody said otherwise."""
    otherwise: tuple[str, ...]
    """What would be recommended under other wishes, one line each."""
    wrong_target: tuple[WrongTarget, ...]
    out_of_scope: tuple[OutOfScope, ...]

    @property
    def recommended(self) -> MethodFit | None:
        """None where every method is ruled out."""
        return next((one for one in self.methods if one.verdict is Verdict.RECOMMENDED), None)
