"""What can end or interrupt a running task."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class TaskFailedError(Exception):
    """The task cannot go on: `failed`, in the words of dms.md §8."""

    def __init__(self, text: str, *, reason: str = "FATAL_ERROR", level: str = "FATAL") -> None:
        super().__init__(text)
        self.text = text
        self.reason = reason
        self.level = level

    @property
    def message(self) -> str:
        """LastFailureMessage."""
        return f"Last Error  {self.text} Stop Reason {self.reason} Error Level {self.level}"


class RecoverableError(Exception):
    """The environment failed (a lost server); the task tries again from its checkpoint."""


class Stopped(Exception):
    """The task was told to stop, or reached the end it was given; `reason` as in dms.md §8."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Kind(Enum):
    """What a server's error says of the statement, whatever the engine's numbers for it."""

    UNIQUE = "a row of that key is there already"
    INTEGRITY = "another constraint is violated"
    TRUNCATION = "a value is too long"
    DATA = "a value is none of its type"
    OTHER = "anything else"


@dataclass(frozen=True)
class Failure:
    """A server's error in one line; `recoverable` when it comes from the environment (dms.md §8)."""

    text: str
    kind: Kind
    recoverable: bool

    @property
    def raised(self) -> Exception:
        """What interrupts or ends the task because of it."""
        return RecoverableError(self.text) if self.recoverable else TaskFailedError(self.text)
