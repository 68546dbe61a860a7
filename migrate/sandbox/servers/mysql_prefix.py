"""Programs of a Debian package unpacked into a private directory, run through that directory's own loader.

Nothing is installed: the libraries beside the programs serve them, whatever release the machine itself has.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PLACE = "AURORA_MIGRATE_SERVERS"
"""Environment variable: where `make setup-mysql` puts the programs."""

LIBRARY_FOLDERS = ("usr/lib/*-linux-gnu", "lib/*-linux-gnu")


@dataclass(frozen=True)
class Prefix:
    """One unpacked directory with `usr/sbin`, its libraries and their loader."""

    root: Path
    loader: Path
    libraries: tuple[Path, ...]

    @classmethod
    def at(cls, root: Path) -> Prefix | None:
        """The prefix in `root`; None where that is none, as the machine's own `/`."""
        if root == Path(root.anchor):
            return None
        libraries = [folder for pattern in LIBRARY_FOLDERS for folder in sorted(root.glob(pattern))]
        loader = next((found for folder in libraries for found in sorted(folder.glob("ld-linux*.so.*"))), None)
        if loader is None:
            return None
        return cls(root, loader, (*libraries, root / "usr" / "lib"))

    def command(self, program: Path) -> Sequence[str]:
        """What starts `program` of this prefix."""
        return (str(self.loader), "--library-path", ":".join(map(str, self.libraries)), str(program))


def servers_home() -> Path:
    """Where the programs are put: AURORA_MIGRATE_SERVERS, else the system's cache for root, else the user's own.

    Root's servers run as another user, who may not enter root's home.
    """
    chosen = os.environ.get(PLACE)
    if chosen:
        return Path(chosen)
    cache = Path("/var/cache") if os.geteuid() == 0 else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    return cache.expanduser() / "aurora-migrate" / "servers"
