"""SQL files run by psql, so that what the application's own people feed to psql works unchanged."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.postgres import PostgresServer
from migrate.sandbox.servers.process import clean_environment
from migrate.sandbox.servers.quoting import identifier


def run_file(
    server: PostgresServer, file: Path, *, database: str, role: str, variables: Mapping[str, str] | None = None
) -> None:
    """Run `file` logged in as the server's master after SET ROLE `role`; `variables` are psql's.

    Raises SandboxError with psql's last words; everything before the failing statement stays done.
    """
    if not file.is_file():
        raise SandboxError(f"there is no SQL file {file}")
    handle, name = tempfile.mkstemp(prefix="aurora-migrate-")
    passfile = Path(name)
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(f"*:*:*:*:{_escaped(server.master_password)}\n")
        done = subprocess.run(
            [
                server.binaries.client_bin / "psql",
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                *(f"--set={key}={value}" for key, value in (variables or {}).items()),
                f"--command=SET ROLE {identifier(role)}",
                f"--file={file}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={
                **clean_environment(),
                "PGHOST": server.host,
                "PGPORT": str(server.port),
                "PGDATABASE": database,
                "PGUSER": server.master_user,
                "PGPASSFILE": str(passfile),
                "PGSSLMODE": "verify-full",
                "PGSSLROOTCERT": str(server.ca_file),
                "PGCLIENTENCODING": "UTF8",
                "PGOPTIONS": "-c client_min_messages=warning",
            },
        )
    finally:
        passfile.unlink()
    if done.returncode != 0:
        raise SandboxError(f"{file.name} failed: {' / '.join(done.stderr.strip().splitlines()[-3:])}")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(":", "\\:")
