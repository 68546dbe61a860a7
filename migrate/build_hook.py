"""Hatchling's hook: stamps from which commit, and when, a distribution was built, and has a wheel carry the pages that
the program names. Nothing else imports it.

A wheel that is built from a source distribution carries the stamp of that one. No clock is asked, so that the same
commit gives the same bytes: the time is SOURCE_DATE_EPOCH, or that of the commit.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STAMP = "build.json"
PLACES = {"wheel": f"migrate/_shipped/{STAMP}", "sdist": STAMP}


class Stamp(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        carried, made = root / STAMP, Path(self.directory) / STAMP
        if not carried.is_file():
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(json.dumps(_stamp(root), indent=2, sort_keys=True) + "\n", encoding="utf-8")
            made.chmod(0o644)
        build_data["force_include"][str(carried if carried.is_file() else made)] = PLACES[self.target_name]
        if self.target_name == "wheel":
            for page in sorted((root / "docs").rglob("*.md")):
                build_data["force_include"][str(page)] = f"migrate/_shipped/{page.relative_to(root)}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        (Path(self.directory) / STAMP).unlink(missing_ok=True)


def _stamp(root: Path) -> dict[str, Any]:
    commit = _git(root, "rev-parse", "HEAD")
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct")
    return {
        "commit": commit or None,
        "changed": bool(commit and _git(root, "status", "--porcelain", "--untracked-files=no")),
        "at": datetime.fromtimestamp(int(seconds), UTC).isoformat() if seconds else None,
    }


def _git(root: Path, *words: str) -> str:
    """Empty where there is no git, or no repository of this very tree."""
    if not (root / ".git").exists():
        return ""
    try:
        ran = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
