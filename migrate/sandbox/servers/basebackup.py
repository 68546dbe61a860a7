"""A physical copy of a running PostgreSQL server's data, made by pg_basebackup."""

from __future__ import annotations

import subprocess
from pathlib import Path

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.process import clean_environment


def basebackup(client_bin: Path, into: Path, *, port: int, superuser: str, password: str, ca_file: Path | None) -> None:
    """Copy the data of the server that listens on `port` into `into`: with its logins, without its replication slots.

    What is written meanwhile is there up to the end of the copying. Raises SandboxError if it fails.
    """
    verified = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(ca_file)} if ca_file else {"PGSSLMODE": "disable"}
    done = subprocess.run(
        [
            client_bin / "pg_basebackup",
            "--no-password",
            "--no-sync",
            "--no-manifest",
            "--checkpoint=fast",
            "--wal-method=stream",
            "--host=127.0.0.1",
            f"--port={port}",
            f"--username={superuser}",
            f"--pgdata={into}",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**clean_environment(), **verified, "PGPASSWORD": password},
    )
    if done.returncode != 0:
        raise SandboxError(f"pg_basebackup failed: {' / '.join(done.stderr.strip().splitlines()[-3:])}")
