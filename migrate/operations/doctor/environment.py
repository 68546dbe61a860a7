"""The machine that this runs on: Python, drivers, programs, the place of the state."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from migrate.model.checkup import Check, Health

AREA = "environment"
LEAST_PYTHON = (3, 11)
PACKAGES = ("boto3", "SQLAlchemy", "sqlglot", "troposphere", "typer")
DRIVERS = {"psycopg": "postgres", "PyMySQL": "mysql"}
"""Each with the extra that brings it; who moves the one family needs no driver of the other."""
CLASHING = "sqlalchemy-migrate"


def checks() -> Iterator[Check]:
    """Nothing of migration.toml is needed."""
    version = platform.python_version()
    fit = sys.version_info[:2] >= LEAST_PYTHON
    yield Check(
        area=AREA,
        what="Python",
        health=Health.OK if fit else Health.PROBLEM,
        found=version,
        remedy="" if fit else "Install Python 3.11 or later.",
    )
    yield from _packages()


def _packages() -> Iterator[Check]:
    known = {name: _version(name) for name in (*PACKAGES, *DRIVERS)}
    absent = [name for name in PACKAGES if known[name] is None]
    lacking = [name for name in DRIVERS if known[name] is None]
    there = ", ".join(f"{name} {version}" for name, version in known.items() if version)
    yield Check(
        area=AREA,
        what="packages",
        health=Health.PROBLEM if absent else Health.OK,
        found=f"{', '.join(absent)} not installed" if absent else there,
        remedy="Install aurora-migrate again into an environment of its own." if absent else "",
    )
    if lacking:
        extras = ",".join(DRIVERS[name] for name in lacking)
        yield Check(
            area=AREA,
            what="drivers",
            health=Health.WARNING if len(lacking) < len(DRIVERS) else Health.PROBLEM,
            found=f"{', '.join(lacking)} not installed",
            remedy=f"pip install 'aurora-migrate[{extras}]', where you move such a database.",
        )
    if _version(CLASHING):
        yield Check(
            area=AREA,
            what=CLASHING,
            health=Health.PROBLEM,
            found="installed beside aurora-migrate; both bring a package called migrate",
            remedy="Use an environment of its own for each.",
        )


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def state(url: str, home: Path) -> Check:
    """Whether the journal can be kept where migration.toml says."""
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        return Check(area=AREA, what="state", health=Health.OK, found="a shared store; it is opened by `status`")
    path = home / url.removeprefix(prefix)
    folder = next(one for one in (path.parent, *path.parent.parents) if one.exists())
    writable = os.access(path if path.exists() else folder, os.W_OK)
    return Check(
        area=AREA,
        what="state",
        health=Health.OK if writable else Health.PROBLEM,
        found=f"{path} {'can' if writable else 'cannot'} be written",
        remedy="" if writable else "Give this user the folder, or name another in migration.state.",
    )
