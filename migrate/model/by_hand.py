"""A runbook's step as a person would do it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """One step of a runbook, for people. Nothing of it is executed."""

    name: str
    title: str
    owner: str
    """Whose it is: `database`, and a name where the team has said one."""
    hands: tuple[tuple[str, str], ...]
    """The engine, empty where that makes no difference, and what is typed."""
    undos: tuple[tuple[str, str], ...]
    """The same to take it back before the switch; empty where there is nothing to take back."""
    works: str
    """How to tell that it worked."""
    seconds: float | None
    """As it took the last time; None where that is not known."""
