"""Where the application runs, in words, and what to heed while that is not known."""

from __future__ import annotations

from migrate.model.cutover import UNKNOWN

SWITCHING = "a switch was under way: open neither side by hand"


def told(owner: str) -> str:
    """Of `source`, `target` or `unknown`."""
    return SWITCHING if owner == UNKNOWN else f"the application runs on the {owner}"
