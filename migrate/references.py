"""Resolves references to secrets. A value never enters an error: only the reference does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from migrate.errors import AwsError, UsageError


def resolve(reference: str, home: Path, read_aws: Callable[[str], dict[str, str]]) -> str:
    """Value of `env:NAME`, `file:PATH` (relative to `home`) or `aws:SECRET_ID` (its `password` key).

    Raises UsageError naming the reference when there is no such value.
    """
    kind, _, name = reference.partition(":")
    value: str | None
    match kind:
        case "env":
            value = os.environ.get(name)
        case "file":
            path = home / Path(name).expanduser()
            try:
                value = path.read_text(encoding="utf-8").rstrip("\n")
            except (OSError, UnicodeDecodeError) as problem:
                why = problem.strerror if isinstance(problem, OSError) else "it is not text"
                raise UsageError(
                    f"the secret {reference} cannot be read: {why}",
                    code="CFG-011",
                    hint="Check the path and its rights.",
                ) from None
        case _:
            try:
                value = read_aws(name).get("password")
            except AwsError as problem:
                if problem.code != "AWS-ResourceNotFoundException":
                    raise
                value = None
    if not value:
        raise UsageError(
            f"the secret {reference} is missing or empty",
            code="CFG-010",
            hint=f"Set the environment variable {name}." if kind == "env" else "Store the secret under that name.",
        )
    return value
