"""What `--version` tells: which build this is, and on what it runs."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from migrate import __version__

STAMP = Path(__file__).resolve().parent / "_shipped/build.json"
PACKAGES = ("boto3", "SQLAlchemy", "psycopg", "PyMySQL")


def described() -> Iterator[str]:
    """Lines for people; the first is the name and the version alone."""
    yield f"aurora-migrate {__version__}"
    yield f"build   {_build()}"
    yield f"python  {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield f"with    {', '.join(_packages())}"


def _build() -> str:
    if not STAMP.is_file():
        return f"source tree in {STAMP.parents[2]}"
    stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    if not stamp["commit"]:
        return "from sources without a commit"
    changed = " with changes that were not committed" if stamp["changed"] else ""
    return f"commit {stamp['commit'][:12]}{changed}, {stamp['at'][:10]}"


def _packages() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"
