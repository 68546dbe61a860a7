"""An error as the one JSON document that a command prints."""

from __future__ import annotations

from typing import Any

from migrate.errors import MigrateError
from migrate.report.heading import headed


def document(problem: MigrateError) -> dict[str, Any]:
    """What happened, what to do, and whose fault it is."""
    body = {
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "explain": problem.explain,
        "retryable": problem.retryable,
        "fault": problem.fault,
        "exit": int(problem.exit),
        "notes": list(getattr(problem, "__notes__", [])),
    }
    return headed("error", body)
