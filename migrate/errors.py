"""Errors as states of the world: what happened, why, what to do, whose fault, and whether trying again can help.

The exit codes are a contract with users' scripts (docs/reference/exit-codes.md). Messages never carry a secret.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """What the process tells the shell."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    SAYS_NO = 3
    STATE_CONFLICT = 4
    HUMAN_MUST_DECIDE = 5
    SOURCE = 6
    TARGET = 7
    AWS = 8
    INTERRUPTED = 130


class MigrateError(Exception):
    """Root of every expected error.

    `code` is stable and searchable, `hint` says what to do next, `retryable` whether the same call may succeed later.
    """

    exit: ClassVar[Exit] = Exit.INTERNAL
    fault: ClassVar[str] = "this program"

    def __init__(self, message: str, *, code: str, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.retryable = retryable

    def __str__(self) -> str:
        return self.message

    @property
    def explain(self) -> str:
        """The command that says more of it."""
        return f"aurora-migrate explain {self.code}"


class UsageError(MigrateError):
    """The command line or migration.toml is wrong."""

    exit, fault = Exit.USAGE, "configuration"


class SaysNo(MigrateError):
    """The work ran, and the answer is no: blockers, a closed gate, differences."""

    exit, fault = Exit.SAYS_NO, "the migration's state"


class StateConflict(MigrateError):
    """Somebody else holds the lease, or the request differs from the one that was begun."""

    exit, fault = Exit.STATE_CONFLICT, "the migration's state"


STATE_REFUSES = "STA-003"
"""Code of the StateConflict that says that the state database did not take or give something: it may a moment later."""


class HumanMustDecide(MigrateError):
    """Reading cannot tell who owns the application's writes. Both sides stay fenced; nothing is retried."""

    exit, fault = Exit.HUMAN_MUST_DECIDE, "an answer that was lost"


class SourceError(MigrateError):
    exit, fault = Exit.SOURCE, "the source database"


class TargetError(MigrateError):
    exit, fault = Exit.TARGET, "the target database"


class AwsError(MigrateError):
    exit, fault = Exit.AWS, "AWS"


class Interrupted(MigrateError):
    """A person or the system asked the program to stop; what was begun can be resumed or was unwound."""

    exit, fault = Exit.INTERRUPTED, "an interruption"


def replaced(number: int, where: str) -> StateConflict:
    """For whoever finds that a process with a higher fencing number acts where it was about to."""
    return StateConflict(
        f"{where}: this process (number {number}) was replaced by another one while it slept",
        code="STA-026",
        hint="Nothing more was done by this one. See what the other does: aurora-migrate status",
    )
