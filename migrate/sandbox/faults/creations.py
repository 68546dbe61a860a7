"""Failures somebody asked for, so that a rehearsal can show what happens then."""

from __future__ import annotations

import threading


class Faults:
    """Creations that will fail, each once. Safe for use by several threads."""

    def __init__(self) -> None:
        self._creates: dict[str, str] = {}
        self._lock = threading.Lock()

    def fail_next_create(self, name: str, reason: str) -> None:
        """The next resource whose logical id or type is `name` is not created, and `reason` is what AWS says."""
        with self._lock:
            self._creates[name] = reason

    def take(self, *names: str) -> str | None:
        """The reason why this creation must fail, used up by asking; None when it may succeed."""
        with self._lock:
            return next((self._creates.pop(name) for name in names if name in self._creates), None)

    def pending(self) -> dict[str, str]:
        """What has been asked for and has not happened yet."""
        with self._lock:
            return dict(self._creates)
