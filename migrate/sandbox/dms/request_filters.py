"""`Filters` of the describe calls: names are ANDed, the values of one name ORed (dms.md §1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from migrate.sandbox.dms.faults import invalid_value, not_found

Item = TypeVar("Item")


def matching(
    items: Iterable[Item], payload: Mapping[str, Any], readers: Mapping[str, Callable[[Item], str | tuple[str, ...]]]
) -> list[Item]:
    """The items every filter fits. Raises InvalidParameterValueException for a filter the call does not know."""
    found = list(items)
    for one in payload.get("Filters", ()):
        reader = readers.get(one["Name"])
        if reader is None:
            raise invalid_value(f"Unknown filter {one['Name']}; valid are {', '.join(readers)}.")
        wanted = set(one["Values"])
        found = [item for item in found if wanted & set(_words(reader(item)))]
    return found


def require_match(found: list[Item], payload: Mapping[str, Any], noun: str) -> list[Item]:
    """`found`, or ResourceNotFoundFault when filters were given and nothing fits: the *Deleted waiters rely on it.

    dms.md §1. That an unfiltered describe of an empty account answers an empty list is an assumption.
    """
    if not found and payload.get("Filters"):
        raise not_found(f"No {noun} found matching provided filters.")
    return found


def _words(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
