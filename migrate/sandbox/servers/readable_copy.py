"""A copy of installed programs that the server's account may read, where it may not enter the place they lie in."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from migrate.sandbox.servers.account import Account, shared_temp


def readable_copy(tree: Path, name: str, program: Path, account: Account) -> Path:
    """A copy of `tree` that everybody may read and only the caller may change, made once for this `program`."""
    temp = shared_temp(account)
    stamp = program.stat()
    key = hashlib.sha256(f"{program}|{stamp.st_mtime_ns}|{stamp.st_size}".encode()).hexdigest()[:12]
    final = temp / f"aurora-migrate-{name}-{os.geteuid()}-{key}"
    if _ours(final):
        return final
    building = Path(tempfile.mkdtemp(prefix="aurora-migrate-programs-", dir=temp))
    shutil.copytree(tree, building, symlinks=True, dirs_exist_ok=True)
    for path in (building, *building.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    try:
        building.rename(final)
    except OSError:
        # Somebody else made it in the meantime, or something that is not ours sits there: then keep our own copy.
        if not _ours(final):
            return building
        shutil.rmtree(building)
    return final


def _ours(directory: Path) -> bool:
    """Whether `directory` is a real one that only the caller can have filled."""
    try:
        status = directory.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022
