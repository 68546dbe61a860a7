"""Looking for what a migration leaves, and removing it. Finding has no side effects and asks the world alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from migrate.model.leftover import Leftover
from migrate.model.watching import ExceptionsOf


class CloudLeftovers(Protocol):
    """Everything in AWS that carries this migration's mark. Every method raises AwsError."""

    def find(self) -> list[Leftover]: ...

    def remove(self, found: Leftover) -> None:
        """Delete it and wait until it is gone. Idempotent; what belongs to somebody else is refused."""


class ServerLeftovers(Protocol):
    """What stands in one database and on its server. Whose a slot is, its name tells: that is for the caller to judge.

    Every method raises SourceError or TargetError.
    """

    def find(self, users: Sequence[str], schemas: Sequence[str], control_schema: str) -> list[Leftover]:
        """Slots of this database, DMS's objects, the toolkit's schema, and those of `users` that exist.

        `kept` is set where the server itself shows that something is not this migration's alone: a login that has
        rights outside of `schemas`, an object of DMS's that none of `users` owns.
        """

    def logins(self, users: Sequence[str]) -> list[str]:
        """Those of `users` that exist."""

    def remove(self, found: Leftover) -> None:
        """Drop it. Idempotent. A login is locked and its sessions are ended first."""

    def forget_exceptions(self, control_schema: str, seen: Sequence[ExceptionsOf]) -> None:
        """Delete from DMS's awsdms_apply_exceptions what was seen of tables before they were loaded again.

        What came since stays, told by number and by the server's own times: no clock of anybody else's is asked.
        """
