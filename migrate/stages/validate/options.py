"""How a comparison is done."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.model.database import Side


@dataclass(frozen=True, kw_only=True)
class BrakeLimits:
    """Above any of these, on either side, the comparison gives way to others. None: not looked at."""

    active: int | None = 32
    """Sessions of others that run a statement at once."""
    longest_seconds: float | None = None
    """Age of the longest of their statements."""
    lag_seconds: float | None = 30.0
    """How far the side that is fed is behind; only where the caller can tell."""
    slowdown: float | None = 1.5
    """How many times longer a small statement may take beside the comparison than while that rests. Looked at while
    others are at work: it tells what they notice, whatever the size of the server."""
    rest: float = 0.5
    """Share of a statement's time that a worker pauses after it while others are active."""


@dataclass(frozen=True, kw_only=True)
class CompareOptions:
    rows_per_chunk: int = 10_000
    """Rows of a granule: the smallest range that is compared as one, and the least that is read row by row where
    something differs."""
    workers: int = 4
    """Statements at once on each side, each on a connection of its own."""
    statement_seconds: float = 2.0
    """What one statement is sized to take: so long does it hold a snapshot, and so much is lost when it is ended."""
    most_differences: int = 1_000
    """Most differences that are named for one table; the rest is only counted."""
    frozen: bool = False
    """Compare both sides as of one moment each, with nothing under way between them: what differs is final, and
    nothing is settled or looked at again."""
    brake: BrakeLimits | None = None
    """None: work as fast as the servers can."""
    feeding: Side = Side.SOURCE
    """The side that feeds the other one; its log says what position a table was compared at."""


DEFAULTS = CompareOptions()
