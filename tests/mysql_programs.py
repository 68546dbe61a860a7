"""Whether this machine has MySQL's and MariaDB's programs, for tests that need them."""

from __future__ import annotations

import os
import subprocess

import pytest

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql import MySqlServer
from migrate.sandbox.servers.mysql_binaries import Flavor, installed


def require(flavor: Flavor) -> None:
    """Skip the test and say why where they cannot be had. The continuous build has to have them: there it fails."""
    try:
        installed(flavor)
    except SandboxError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


def client(server: MySqlServer, program: str, *arguments: str, script: str | None = None) -> str:
    """What `mysql`, `mysqldump` or their MariaDB counterparts print, as the superuser. Skips as `require` does."""
    binaries = server.binaries
    path = binaries.program.parents[1] / "bin" / program
    if not path.exists():
        missing = f"{program} is not beside {binaries.program}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    start = [str(path)] if binaries.prefix is None else binaries.prefix.command(path)
    verified = "--ssl-verify-server-cert" if server.flavor is Flavor.MARIADB else "--ssl-mode=VERIFY_IDENTITY"
    where = [f"--host={server.host}", f"--port={server.port}", f"--user={server.superuser}", "--protocol=tcp"]
    done = subprocess.run(
        [*start, "--no-defaults", *where, f"--ssl-ca={server.ca_file}", verified, *arguments],
        input=script,
        env={**os.environ, "MYSQL_PWD": server.superuser_password},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
