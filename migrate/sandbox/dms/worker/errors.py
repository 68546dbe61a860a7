"""What can end or interrupt a running task."""

from __future__ import annotations

import psycopg

_RECOVERABLE_CLASSES = ("08", "40", "53", "57", "58")
"""SQLSTATE classes of connections, rollbacks, resources, operators and the system (dms.md §8: environmental errors)."""
_RECOVERABLE_STATES = frozenset({"55006", "55P03"})
"""Object in use (a slot still held by a worker that died), lock not available."""


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


def is_recoverable(error: psycopg.Error) -> bool:
    """Whether a database error comes from the environment rather than from the data or the task."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return state.startswith(_RECOVERABLE_CLASSES) or state in _RECOVERABLE_STATES


def words(error: BaseException) -> str:
    """A database error as one line."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        detail = error.diag.message_detail
        return error.diag.message_primary + (f"; {detail}" if detail else "")
    return " ".join(str(error).split()) or type(error).__name__
