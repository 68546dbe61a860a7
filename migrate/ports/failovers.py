"""Taking a cluster's writer from it, on purpose. Every method raises AwsError."""

from __future__ import annotations

from typing import Protocol

from migrate.model.drill import Members


class Failovers(Protocol):
    """The RDS API, as a drill needs it."""

    def members(self, cluster: str) -> Members: ...

    def begin(self, cluster: str, members: Members) -> None:
        """Have a reader take over, or reboot the writer where there is none. Returns before it has happened."""
