"""ReplicationTaskSettings as DMS takes them: the document is made in `model.task_settings`, compared here."""

from __future__ import annotations

from typing import Any

from migrate.model.task_settings import task_settings

__all__ = ["differing", "task_settings"]


def differing(sent: dict[str, Any], stored: dict[str, Any], within: str = "") -> list[str]:
    """Keys of `sent` that do not have their value in `stored`, as dotted paths. Lists compare as wholes."""
    found: list[str] = []
    for key, value in sent.items():
        path = f"{within}{key}"
        if isinstance(value, dict):
            inner = stored.get(key)
            found += differing(value, inner if isinstance(inner, dict) else {}, f"{path}.")
        elif isinstance(value, list):
            if not all(item in stored.get(key, []) for item in value):
                found.append(path)
        elif stored.get(key) != value:
            found.append(path)
    return found
