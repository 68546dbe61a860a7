"""Where MySQL's and MariaDB's programs are: named by the user, on PATH, or unpacked by `make setup-mysql`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.account import Account
from migrate.sandbox.servers.mysql_prefix import Prefix, servers_home
from migrate.sandbox.servers.process import clean_environment
from migrate.sandbox.servers.readable_copy import readable_copy

SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/libexec:/usr/local/mysql/bin"
"""Where packages put a server, although an ordinary user's PATH does not lead there."""


class Flavor(StrEnum):
    """Which of the two families' servers."""

    MYSQL = "mysql"
    MARIADB = "mariadb"

    @property
    def title(self) -> str:  # type: ignore[override]
        return {"mysql": "MySQL", "mariadb": "MariaDB"}[self.value]

    @property
    def program(self) -> str:
        return {"mysql": "mysqld", "mariadb": "mariadbd"}[self.value]

    @property
    def choice(self) -> str:
        """Environment variable: the server's program, or the root of a private prefix with one."""
        return f"AURORA_MIGRATE_{self.program.upper()}"

    @property
    def versions(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and last major.minor the sandbox knows how to start."""
        return {"mysql": ((8, 0), (9, 99)), "mariadb": ((10, 5), (11, 99))}[self.value]


@dataclass(frozen=True)
class MySqlBinaries:
    """One installation. `command` starts the server's program and is readable by the server's account."""

    flavor: Flavor
    version: str
    command: tuple[str, ...]
    program: Path
    prefix: Prefix | None

    @property
    def number(self) -> tuple[int, ...]:
        """The version to compare with: (9, 7, 4)."""
        return tuple(int(part) for part in self.version.split("."))

    @property
    def basedir(self) -> Path:
        """What the program takes for its installation: `share` and `lib` are below it."""
        return self.program.parent.parent


def find(flavor: Flavor, account: Account) -> MySqlBinaries:
    """The installation to use; copied once where `account` cannot enter it.

    Raises SandboxError when there is none, or its version is outside the range.
    """
    found = installed(flavor)
    if _version(found.command, account) is not None:
        return found
    tree = found.prefix.root if found.prefix is not None else found.basedir
    copy = readable_copy(tree, f"{flavor}-{found.version}", found.program, account)
    return _binaries(flavor, copy / found.program.relative_to(tree), found.version)


def installed(flavor: Flavor) -> MySqlBinaries:
    """The installation the caller may run. Raises SandboxError as `find` does."""
    chosen = os.environ.get(flavor.choice)
    if chosen:
        path = Path(chosen).absolute()
        return of_prefix(flavor, path) if path.is_dir() else _inspect(flavor, path)
    on_path = shutil.which(flavor.program) or shutil.which(flavor.program, path=SYSTEM_FOLDERS)
    if on_path is not None and _is_one(flavor, _version(_command(Path(on_path)), None)):
        return _inspect(flavor, Path(on_path))
    for root in _unpacked(flavor):
        return of_prefix(flavor, root)
    raise SandboxError(
        f"no {flavor.title} server programs found",
        hint=f"run `aurora-migrate sandbox fetch {flavor}`, or set {flavor.choice} to one",
    )


def of_prefix(flavor: Flavor, root: Path) -> MySqlBinaries:
    """The installation unpacked in `root`. Raises SandboxError when no such server starts from there."""
    return _inspect(flavor, root / "usr" / "sbin" / flavor.program)


def _inspect(flavor: Flavor, program: Path) -> MySqlBinaries:
    text = _version(_command(program), None)
    if text is None or not _is_one(flavor, text):
        raise SandboxError(
            f"{program} is no {flavor.title} server that starts here",
            hint=f"set {flavor.choice} to a program {flavor.program}",
        )
    return _binaries(flavor, program, _checked(flavor, text))


def _is_one(flavor: Flavor, text: str | None) -> bool:
    """Whether what a program says of itself is this flavor's: `mysqld` may well be MariaDB's."""
    return text is not None and ("MariaDB" in text) == (flavor is Flavor.MARIADB)


def _unpacked(flavor: Flavor) -> list[Path]:
    """The prefixes that `make setup-mysql` made, newest version first."""
    roots = servers_home().glob(f"{flavor}-[0-9]*")
    return sorted(roots, key=lambda root: [int(part) for part in re.findall(r"\d+", root.name)], reverse=True)


def _binaries(flavor: Flavor, program: Path, version: str) -> MySqlBinaries:
    return MySqlBinaries(flavor, version, tuple(_command(program)), program, _prefix(program))


def _prefix(program: Path) -> Prefix | None:
    """The prefix around `<root>/usr/sbin/mysqld`."""
    return Prefix.at(program.parents[2]) if len(program.parents) > 2 else None


def _command(program: Path) -> Sequence[str]:
    prefix = _prefix(program)
    return (str(program),) if prefix is None else prefix.command(program)


def _version(command: Sequence[str], account: Account | None) -> str | None:
    """What `mysqld --version` says, run as `account`; None when that account cannot run it."""
    as_user = account is not None and account.switch
    try:
        answer = subprocess.run(
            [*command, "--no-defaults", "--version"],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            env=clean_environment(),
            user=account.uid if account is not None and as_user else None,
            group=account.gid if account is not None and as_user else None,
            extra_groups=[] if as_user else None,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout


def _checked(flavor: Flavor, text: str) -> str:
    found = re.search(r"\bVer (\d+)\.(\d+)\.(\d+)", text)
    if found is None:
        raise SandboxError(f"a {flavor.title} server that says no version: {text.strip()[:80]}")
    oldest, newest = flavor.versions
    version = ".".join(found.groups())
    if not oldest <= (int(found[1]), int(found[2])) <= newest:
        raise SandboxError(
            f"the sandbox does not know {flavor.title} {version}",
            hint=f"it starts {oldest[0]}.{oldest[1]} to {newest[0]}.x; set {flavor.choice} to such a server",
        )
    return version
