"""Finds the gates by walking this package; a runbook names them by slug."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import migrate.gates
from migrate.errors import UsageError
from migrate.model.cutover import CutoverView
from migrate.model.gate import GateResult

Ask = Callable[[CutoverView], GateResult]


@dataclass(frozen=True)
class Gate:
    """`ask`'s docstring says what must be true, why, and what to do if it is closed."""

    slug: str
    ask: Ask


_FOUND: dict[str, Gate] = {}


def gate(slug: str) -> Callable[[Ask], Ask]:
    """Register a gate under its slug, which names the thing that must be true."""

    def register(ask: Ask) -> Ask:
        if slug in _FOUND:
            raise ValueError(f"two gates are called {slug}")
        _FOUND[slug] = Gate(slug, ask)
        return ask

    return register


@cache
def gates() -> dict[str, Gate]:
    """Every gate by slug."""
    for module in pkgutil.iter_modules(migrate.gates.__path__):
        importlib.import_module(f"migrate.gates.{module.name}")
    return dict(sorted(_FOUND.items()))


def ask_all(slugs: Iterable[str], view: CutoverView) -> list[GateResult]:
    """Ask each gate; all of them, whatever the others say. Raises UsageError for a slug that does not exist."""
    known = gates()
    wanted = list(slugs)
    unknown = [slug for slug in wanted if slug not in known]
    if unknown:
        raise UsageError(
            f"the runbook names gates that do not exist: {', '.join(unknown)}",
            code="CFG-030",
            hint=f"Known gates: {', '.join(known)}.",
        )
    return [known[slug].ask(view) for slug in wanted]
