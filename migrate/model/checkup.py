"""What was looked at before a migration, or of a cluster that stands, and how it was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It may do, or nobody could tell."""
    PROBLEM = "problem"
    UNASKED = "not asked"
    """What it rests on is not there, or is not wanted."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at. `lines` are what mends it, ready to be run: GRANTs, actions of IAM."""

    area: str
    what: str
    health: Health
    found: str
    remedy: str = ""
    lines: tuple[str, ...] = ()


def healthy(checks: Iterable[Check]) -> bool:
    """Whether none of them is a problem."""
    return not any(check.health is Health.PROBLEM for check in checks)


@dataclass(frozen=True)
class Lack:
    """A privilege that a database login lacks: what for, and the statements that an administrator runs."""

    privilege: str
    needed_for: str
    grants: tuple[str, ...]
    blocking: bool = True
    """False where the migration does without, and says less."""


class Answer(StrEnum):
    """What came of knocking at a server's port."""

    OPEN = "open"
    NO_NAME = "no such name"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    UNROUTED = "no route"
    FAILED = "failed"


@dataclass(frozen=True)
class Knock:
    answer: Answer
    detail: str
    """Addresses that the name stands for, or what the system said."""
