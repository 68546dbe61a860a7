"""What every JSON document begins with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from migrate import __version__
from migrate.clock import SystemClock

SCHEMA_VERSION = 1
"""Raised when a field changes its meaning or goes; new fields do not raise it."""


def headed(name: str, body: Mapping[str, Any], *, at: datetime | None = None) -> dict[str, Any]:
    """The document `name`, which `schemas/NAME.json` describes. `at` is when it was generated (default: now)."""
    return {
        "report": name,
        "schema_version": SCHEMA_VERSION,
        "tool_version": __version__,
        "generated_at": moment(at or SystemClock().now()),
        **body,
    }


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
