"""The account a server runs under: never root, so root's servers run as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from migrate.sandbox.errors import SandboxError


@dataclass(frozen=True)
class Account:
    """Whom a server runs as. `switch` is True when the caller is root and has to change to it."""

    uid: int
    gid: int
    switch: bool

    def owns(self, path: Path) -> None:
        """Give `path` to this account; nothing to do when the caller already is it."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def may_enter(self, directory: Path) -> bool:
        """Whether this account may pass through `directory` and everything above it (access lists are not read)."""
        directory = directory.resolve()
        return not self.switch or all(self._passes(part) for part in (directory, *directory.parents))

    def _passes(self, directory: Path) -> bool:
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account:
    """The caller, or for root `postgres` where that user exists, else `nobody`.

    Raises SandboxError when the caller is root and the system knows neither.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, switch=True)
    raise SandboxError(
        "no database server runs as root here, and there is no user `postgres` or `nobody` to run it as",
        hint="run as an ordinary user",
    )


def shared_temp(account: Account) -> Path:
    """A temporary directory `account` may enter: the configured one, else /tmp or /var/tmp.

    Raises SandboxError when there is none.
    """
    for candidate in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if candidate.is_dir() and account.may_enter(candidate):
            return candidate
    raise SandboxError("no temporary directory that the server's user may enter", hint="set TMPDIR to one")


def data_root(home: Path, account: Account) -> Path:
    """Where a server may keep its data: `home`, or, where `account` cannot enter that, a new temporary directory."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if account.may_enter(home):
        return home
    apart = Path(tempfile.mkdtemp(prefix="aurora-migrate-data-", dir=shared_temp(account)))
    account.owns(apart)
    return apart
