"""How a remark names many things."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 5


def some(names: Sequence[object]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(str(name) for name in names[:NAMED]) + more
