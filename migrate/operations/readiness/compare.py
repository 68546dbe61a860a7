"""An earlier readiness report in JSON, read, and set beside the one of now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from migrate.errors import UsageError
from migrate.model.readiness import ReadinessReport
from migrate.operations.readiness.differences import changes
from migrate.report.documents import document


def read(path: Path) -> Mapping[str, Any]:
    """Raises UsageError for a file that is no readiness report in JSON."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise _refused(path, type(problem).__name__) from None
    if not isinstance(found, dict) or found.get("report") != "readiness":
        raise _refused(path, "another document")
    return found


def compared(report: ReadinessReport, path: Path) -> ReadinessReport:
    """The report with what changed. Raises UsageError for a file that is no such report, or another migration's."""
    earlier = read(path)
    if earlier.get("migration") != report.migration:
        raise UsageError(
            f"{path} is of the migration {earlier.get('migration')}, this is {report.migration}",
            code="CFG-081",
            hint="Name an earlier report of the same migration.",
        )
    try:
        found = tuple(changes(earlier, document(report, at=report.at)))
        since = datetime.fromisoformat(str(earlier["at"]))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise _refused(path, type(problem).__name__) from None
    return replace(report, changes=found, since=since)


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path} is no readiness report in JSON ({why})",
        code="CFG-083",
        hint="Name one that `report` has kept, or: aurora-migrate report --format json --output FILE",
    )
