"""The rows of data/methods.toml, read once."""

from __future__ import annotations

from functools import cache
from typing import Any

from checks.data import load


@cache
def methods() -> dict[str, Any]:
    return load("methods")


def source_of(row: dict[str, Any]) -> str:
    """Where a row comes from, and when it was read."""
    return f"{row['source']} (as of {row['as_of']})"
