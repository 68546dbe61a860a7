"""Policy documents as IAM gives them back: one or many, a text or a list of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a document, which may be a single one."""
    found = document.get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def listed(value: object) -> list[str]:
    """An element that may be one text or a list of them."""
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else []
