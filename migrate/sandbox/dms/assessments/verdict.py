"""What one individual assessment found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NAMED = 5
"""How many objects a detail names; the rest is counted."""


@dataclass(frozen=True)
class Verdict:
    """`status` of dms.md §4.1; `warning`, which only runs have there, is an assumption for individual ones."""

    status: str
    detail: str = ""


PASSED = Verdict("passed")
SKIPPED = Verdict("skipped")


def failed_by(objects: Iterable[str], what: str) -> Verdict:
    """Failed when there is at least one of these; `what` says what is wrong with them."""
    return _by("failed", objects, what)


def warned_by(objects: Iterable[str], what: str) -> Verdict:
    """A warning when there is at least one of these."""
    return _by("warning", objects, what)


def failed_unless(fine: bool, what: str) -> Verdict:
    return PASSED if fine else Verdict("failed", what)


def warned_unless(fine: bool, what: str) -> Verdict:
    return PASSED if fine else Verdict("warning", what)


def _by(status: str, objects: Iterable[str], what: str) -> Verdict:
    found = sorted(set(objects))
    if not found:
        return PASSED
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return Verdict(status, f"{what}: {', '.join(found[:NAMED])}{more}")
