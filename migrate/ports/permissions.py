"""What somebody may do in AWS, asked without doing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Statement = Mapping[str, object]
"""One statement of an IAM policy."""


@dataclass(frozen=True)
class Denial:
    """One action that is not allowed, and what bars it."""

    action: str
    why: str


@dataclass(frozen=True)
class ServiceRole:
    """A role that DMS looks for by name. `problem` is empty where it is as DMS needs it."""

    name: str
    problem: str = ""
    absent: bool = False
    unfinished: bool = False
    """Made by the toolkit, which was broken off before it gave the role its policy."""


class Permissions(Protocol):
    """Every method raises AwsError."""

    def identity(self) -> str:
        """ARN of the credentials in use."""

    def denied(self, statements: Iterable[Statement]) -> list[Denial]:
        """Of the actions that these Allow statements name, those that IAM would refuse on every one of the resources
        beside them. Nothing is called but IAM's simulation, which knows no policy of a resource."""


class ServiceRoles(Protocol):
    """The roles that DMS itself takes on; one of each an account, never deleted by the toolkit."""

    def look(self) -> Sequence[ServiceRole]: ...

    def create(self, on_made: Callable[[str], None]) -> None:
        """Make those that are not there, finish the unfinished, leave any other as it is. Idempotent."""
