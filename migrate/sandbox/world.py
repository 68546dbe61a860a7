"""What one sandbox consists of, shared by the API stand-ins and the control API."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from migrate.sandbox.faults.creations import Faults
from migrate.sandbox.profile import Profile
from migrate.sandbox.servers.roster import Roster

ACCOUNT = "123456789012"
"""The account every caller is in, whatever their credentials say."""


@dataclass(frozen=True)
class World:
    """One sandbox: where it lives, how fast time passes in it, its servers and the failures it will show."""

    home: Path
    region: str
    profile: Profile
    roster: Roster
    faults: Faults = field(default_factory=Faults)
    account: str = ACCOUNT

    @property
    def snapshots(self) -> Path:
        """Where the data of snapshots lies while the sandbox runs."""
        return self.home / "snapshots"
