"""A server's data that no server runs on: what a snapshot holds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class KeptData:
    """Data on disk, with the logins that are in it. It is the sandbox's own user's, whoever servers run as."""

    engine: str
    path: Path
    superuser_password: str = field(repr=False)
    master_user: str
    master_password: str = field(repr=False)

    def remove(self) -> None:
        """Delete it; what is gone is no error."""
        shutil.rmtree(self.path, ignore_errors=True)
