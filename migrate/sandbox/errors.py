"""The sandbox's own errors. It shares nothing with the toolkit it stands opposite to, so it has its own class."""

from __future__ import annotations


class SandboxError(Exception):
    """A local server or the AWS stand-in cannot do what was asked.

    `message` is one line, `hint` says what to do next. Neither carries a secret.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message
