"""Whether this machine has MySQL's and MariaDB's programs, for tests that need them."""

from __future__ import annotations

import os

import pytest

from migrate.sandbox.errors import SandboxError
from migrate.sandbox.servers.mysql_binaries import Flavor, installed


def require(flavor: Flavor) -> None:
    """Skip the test and say why where they cannot be had. The continuous build has to have them: there it fails."""
    try:
        installed(flavor)
    except SandboxError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
