"""Let something fail in a running sandbox, and let it work again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrate.errors import StateConflict, UsageError
from migrate.sandbox import client
from migrate.sandbox.errors import SandboxError


def listed(home: Path) -> dict[str, Any]:
    """`set`: the faults that were set, `known`: those there are. Raises StateConflict when no sandbox runs there."""
    return client.faults(_control(home))


def put(home: Path, name: str, **parameters: Any) -> dict[str, Any]:
    """Begin a fault; its line of the list. Raises UsageError in the sandbox's words, with the nearest name."""
    try:
        return client.set_fault(_control(home), name, **parameters)
    except SandboxError as problem:
        raise told(problem) from None


def clear(home: Path, which: str) -> list[dict[str, Any]]:
    """End the fault of that id, those of that name, or all for an empty text. Raises UsageError when none is active."""
    try:
        return client.clear_faults(_control(home), which)
    except SandboxError as problem:
        raise told(problem) from None


def told(problem: SandboxError) -> UsageError:
    """The sandbox's refusal of a fault as this program's error."""
    return UsageError(problem.message, code="SBX-004", hint=problem.hint or "See: aurora-migrate sandbox fault list")


def _control(home: Path) -> str:
    found = client.running(home)
    if found is None:
        raise StateConflict(f"no sandbox runs in {home}", code="SBX-003", hint="Start one: aurora-migrate sandbox up")
    return found.control_url
