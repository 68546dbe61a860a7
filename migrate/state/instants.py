"""Instants as the state database keeps them: ISO 8601 in UTC with microseconds, so that text sorts as time does."""

from __future__ import annotations

from datetime import UTC, datetime


def text_of(instant: datetime) -> str:
    """The stored form of a timezone-aware instant."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def instant_of(text: str) -> datetime:
    """The instant that `text_of` stored."""
    return datetime.fromisoformat(text)
