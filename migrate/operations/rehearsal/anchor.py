"""Ties a rehearsal's report to its journal, so that a change of the file can be told later."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from migrate.model.rehearsal import RehearsalReport
from migrate.wiring.session import Session

ANCHOR = "rehearsal"
KEPT = timedelta(days=3650)


def place(file: Path) -> str:
    """The folder of a report, as far as it stays the same when the folder of all reports is moved."""
    return "/".join(file.resolve().parts[-3:-1])


def anchor(session: Session, file: Path, report: RehearsalReport) -> None:
    """Journal the digest of the report as it was written."""
    with session.writing() as journal:
        journal.record(
            ANCHOR,
            run="rehearse",
            expires_at=session.clock.now() + KEPT,
            facts={
                "file": file.name,
                "place": place(file),
                "digest": hashlib.sha256(file.read_bytes()).hexdigest(),
                "verdict": report.verdict.value,
            },
        )
