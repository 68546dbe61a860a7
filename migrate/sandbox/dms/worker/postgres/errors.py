"""PostgreSQL's errors, sorted as the worker needs them."""

from __future__ import annotations

import psycopg

from migrate.sandbox.dms.worker.errors import Failure, Kind

_RECOVERABLE_CLASSES = ("08", "40", "53", "57", "58")
"""SQLSTATE classes of connections, rollbacks, resources, operators and the system (dms.md §8: environmental errors)."""
_RECOVERABLE_STATES = frozenset({"55006", "55P03"})
"""Object in use (a slot still held by a worker that died), lock not available."""
_UNIQUE = "23505"
_TRUNCATION = "22001"


def failure(error: BaseException) -> Failure:
    """The error's words, its kind, and whether another attempt may succeed."""
    state = error.sqlstate or "" if isinstance(error, psycopg.Error) else ""
    kind = {_UNIQUE: Kind.UNIQUE, _TRUNCATION: Kind.TRUNCATION}.get(state)
    if kind is None:
        kind = {"23": Kind.INTEGRITY, "22": Kind.DATA}.get(state[:2], Kind.OTHER)
    return Failure(words(error), kind, isinstance(error, psycopg.Error) and is_recoverable(error))


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
