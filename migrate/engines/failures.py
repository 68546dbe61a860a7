"""The errors of either side's server: one number for one meaning, whatever the engine.

An engine's own `failures.py` tells which meaning its server's words have, and adds the numbers that it alone needs.
"""

from __future__ import annotations

from migrate.errors import SourceError, TargetError
from migrate.model.database import Side

UNREACHABLE = 101
WRONG_CREDENTIALS = 102
TLS_REFUSED = 103
UNKNOWN_DATABASE = 104
NOT_ADMITTED = 105
FULL = 106
NOT_READY = 107
LOST = 108
NOT_PERMITTED = 110
STATEMENT_FAILED = 111
TRY_AGAIN = 112
NO_SUCH_OBJECT = 113
READ_ONLY = 115
WRONG_ENGINE = 116
NO_ROOM = 117
SESSIONS_STAY = 120
OWNER_NEEDED = 121
SLOT_LOST = 131
DUMP_FAILED = 141
LOAD_FAILED = 142
TOO_OLD = 143
TIMED_OUT = 150
TOO_LARGE = 151
CANCELLED = 152


def failure(
    side: Side, number: int, message: str, *, hint: str = "", retryable: bool = False
) -> SourceError | TargetError:
    """The error of `side`, with code SRC-`number` or TGT-`number`."""
    if side is Side.SOURCE:
        return SourceError(message, code=f"SRC-{number}", hint=hint, retryable=retryable)
    return TargetError(message, code=f"TGT-{number}", hint=hint, retryable=retryable)


def no_room(side: Side, message: str) -> SourceError | TargetError:
    """The server's disk, or a table that may not grow, is full. Nothing of that passes by itself."""
    hint = "Give the server room, then run the command again. What fills a source is often a slot that nobody reads."
    return failure(side, NO_ROOM, f"{message} (the server has no space left)", hint=hint)


def timed_out(error: SourceError | TargetError) -> bool:
    """Whether the server ended the statement because it ran longer than it may."""
    return error.code.endswith(f"-{TIMED_OUT}")
