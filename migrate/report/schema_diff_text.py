"""Differences of two schemas for people: what is amiss first, then what has to be so and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.model.inventory import Discrepancy, unexpected
from migrate.model.visible import visible


def lines(found: Sequence[Discrepancy], since: Sequence[str], hint: str) -> Iterator[str]:
    """`since` is what DDL did to the source, one line each."""
    amiss = unexpected(found)
    yield f"{len(amiss)} differences, and {len(found) - len(amiss)} expected ones"
    yield from (f"  ✗ {visible(str(each))}" for each in amiss)
    yield from (f"  ✓ {visible(f'{each} ({each.reason})')}" for each in found if each.expected)
    if since:
        yield "changed on the source since replication began:"
        yield from (f"  ✗ {visible(line)}" for line in since)
    if amiss or since:
        yield f"  → {hint}"
