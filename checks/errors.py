"""Errors of the catalogue: each says what is wrong with the input, and what to do about it."""

from __future__ import annotations


class ChecksError(Exception):
    """Root of every expected error of this package. `code` is stable, `hint` says what to do next."""

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class UnreadableSchemaError(ChecksError):
    """The schema file as a whole cannot be read: empty, binary, not UTF-8, several databases in one."""


class UnknownTargetError(ChecksError):
    """A target is not spelled `aurora-postgresql:17.4` or `aurora-mysql:3.08.0`."""


class UnknownRuleError(ChecksError):
    """A rule code or prefix that no rule has."""


class BadRuleError(ChecksError):
    """A rule class breaks the catalogue's contract: found when it is defined or discovered, never while it runs."""


class BadDataError(ChecksError):
    """A data file of the package has a row without source or date."""


class BadBaselineError(ChecksError):
    """A file given as baseline is no JSON report of an assessment."""
