"""Start, look at and stop a sandbox; optionally with a sample's source in it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.route import Engine
from migrate.errors import MigrateError, StateConflict, UsageError
from migrate.events import Emit, Progressed, silent
from migrate.operations.rehearsal import sample as samples
from migrate.operations.rehearsal.stagecraft import source_with
from migrate.sandbox import client
from migrate.sandbox.errors import SandboxError


@dataclass(frozen=True)
class Running:
    """`description` is what `sandbox up` prints; passwords stand in files it names, not in it."""

    description: dict[str, Any]
    launched: client.Launched
    detached: bool

    def wait(self) -> None:
        """Until it ends or the caller is interrupted; at once when it is detached."""
        while not self.detached and self.launched.process is not None and self.launched.process.poll() is None:
            time.sleep(0.2)


def launch(home: Path, port: int = 0, profile: str = "instant", detach: bool = False) -> client.Launched:
    """Raises UsageError in the sandbox's own words: no server binary, a port that is taken, …"""
    try:
        return client.launch(home, port, profile, detach)
    except SandboxError as problem:
        raise _told(problem) from None


@contextmanager
def up(home: Path, port: int, profile: str, *, detach: bool, sample: Path | None, scale: float) -> Iterator[Running]:
    """Raises StateConflict when one runs in `home` already."""
    already = client.running(home)
    if already is not None:
        raise StateConflict(
            f"a sandbox runs in {home} already (pid {already.pid})", code="SBX-002", hint="Use it, or: sandbox down"
        )
    chosen = samples.load(sample) if sample is not None else None
    launched = launch(home.resolve(), port, profile, detach)
    with ExitStack() as closing:
        if not detach:
            closing.enter_context(launched)
        description: dict[str, Any] = {
            "endpoint_url": launched.endpoint_url,
            "pid": launched.pid,
            "region": launched.region,
            "profile": launched.profile,
            "home": str(launched.home),
        }
        if chosen is not None:
            try:
                description["source"] = _describe(
                    launched, chosen.engine, source_with(launched, chosen, scale, f"{chosen.name}-source")
                )
            except MigrateError:
                launched.stop()
                raise
        yield Running(description, launched, detach)


def _describe(launched: client.Launched, engine: Engine, source: client.Source) -> dict[str, Any]:
    """Passwords go to files that only this user may read."""
    scheme = "postgresql" if engine is Engine.POSTGRES else engine.value
    files = {}
    for user, password in {source.master_user: source.master_password, **source.role_passwords}.items():
        path = launched.home / f"{source.name}.{user}.password"
        path.touch(mode=0o600)
        path.write_text(password, encoding="utf-8")
        files[user] = str(path)
    return {
        "url": f"{scheme}://{source.master_user}@{source.host}:{source.port}/{source.database}"
        f"?sslmode=verify-full&sslrootcert={source.ca_file}",
        "host": source.host,
        "port": source.port,
        "database": source.database,
        "ca_file": str(source.ca_file),
        "password_files": files,
    }


def status(home: Path) -> dict[str, Any]:
    found = _required(home)
    return client.status(found.control_url)


def down(home: Path) -> None:
    """Returns when it is gone, so that another may start in `home` at once."""
    try:
        _required(home).stop()
    except SandboxError as problem:
        raise _told(problem) from None


def _required(home: Path) -> client.Launched:
    found = client.running(home)
    if found is None:
        raise StateConflict(f"no sandbox runs in {home}", code="SBX-003", hint="Start one: aurora-migrate sandbox up")
    return found


def _told(problem: SandboxError) -> UsageError:
    return UsageError(problem.message, code="SBX-001", hint=problem.hint)


DOWNLOADED = re.compile(r"(\w+): (\d+) % downloaded\n")


def fetch(flavors: Sequence[str], emit: Emit = silent) -> list[str]:
    """Unpack MySQL's and MariaDB's programs where the sandbox looks for them; both when none is named. One line for
    each, with its version and place. Raises UsageError, in the sandbox's own words, when one cannot be had."""
    command = [sys.executable, "-m", "migrate.sandbox.servers.fetch", *flavors]
    problems = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as fetching:
        for line in fetching.stderr or ():
            if progress := DOWNLOADED.fullmatch(line):
                emit(Progressed(f"download {progress[1]}", int(progress[2]), 100, "%"))
            else:
                problems += line.split()
        told = fetching.stdout.read() if fetching.stdout else ""
    if fetching.returncode:
        raise UsageError(
            " ".join(problems) or f"fetching ended with exit code {fetching.returncode}",
            code="SBX-006",
            hint="It wants a machine with Debian and its archive in reach. Elsewhere install the server yourself: on"
            " PATH it is found.",
        )
    return told.splitlines()
