"""Readiness reports that were handed out, kept as JSON, so that the next one can be compared without forethought."""

from __future__ import annotations

from pathlib import Path

from migrate.errors import UsageError
from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.render import Form, render

FOLDER = ".aurora-migrate/reports"
LAST = "last"


def keep(report: ReadinessReport, home: Path) -> Path:
    """Below the folder of migration.toml, by migration and moment. Raises OSError where that cannot be written."""
    path = home / FOLDER / report.migration / f"{report.at:%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(render(report, Form.JSON) + "\n", encoding="utf-8")
    return path


def earlier(home: Path, migration: str, named: str) -> Path:
    """The file that is named, or the newest kept. Raises UsageError where none is kept."""
    if named != LAST:
        return Path(named)
    found = sorted((home / FOLDER / migration).glob("*.json"))
    if not found:
        raise UsageError(
            f"no report of {migration} is kept in {home / FOLDER}",
            code="CFG-102",
            hint="Make one, it is kept: aurora-migrate report. Or name a file: --compare EARLIER.json",
        )
    return found[-1]
