"""Reads the reports that rehearsals left behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from migrate.errors import UsageError
from migrate.model.rehearsal import RehearsalReport
from migrate.model.trend import FaultOnRecord, KeptRehearsal
from migrate.report.documents import document

NAME = "rehearsal.json"
DEEP = 3
"""So many folders below the one that is named are looked into: a series keeps its runs in folders of their own."""
BOTH_OPEN = "one side was proven closed before the other was opened"
"""The invariant whose opposite is two open sides."""
LAG = "lag-by-marker"


def below(folder: Path) -> tuple[tuple[KeptRehearsal, ...], tuple[str, ...]]:
    """Every report below `folder`, oldest first, and the files that are none. A folder that is not there has none."""
    found, unread = [], []
    for path in files(folder):
        try:
            found.append(read(path, folder))
        except UsageError as problem:
            unread.append(problem.message)
    return tuple(sorted(found, key=lambda one: (one.started_at, one.file))), tuple(unread)


def files(folder: Path) -> list[Path]:
    """Where the reports lie; servers' own folders are not searched."""
    patterns = ["/".join([*"*" * depth, NAME]) for depth in range(DEEP + 1)]
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})


def read(path: Path, folder: Path) -> KeptRehearsal:
    """Raises UsageError for a file that is no report of a rehearsal."""
    try:
        content = path.read_bytes()
        return kept(json.loads(content), str(path.relative_to(folder)), hashlib.sha256(content).hexdigest())
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UsageError(
            f"{path} is no report of a rehearsal: {type(problem).__name__}",
            code="REH-020",
            hint="Take it out of the folder, or name another one.",
        ) from None


def of_report(report: RehearsalReport, file: str) -> KeptRehearsal:
    """Of one that was just made."""
    return kept(document(report), file, "")


def kept(told: dict[str, Any], file: str, digest: str) -> KeptRehearsal:
    """Raises KeyError, TypeError or ValueError for another document."""
    if told["report"] != "rehearsal":
        raise ValueError("another report")
    where, ledger = told["environment"], told["ledger"] or {}
    stages = {one["name"]: one["seconds"] for one in told["stages"] if one["outcome"] == "done"}
    invariants = {one["title"]: one["holds"] for one in told["invariants"]}
    apart = invariants.get(BOTH_OPEN)
    return KeptRehearsal(
        file=file,
        digest=digest,
        started_at=datetime.fromisoformat(told["started_at"]),
        sample=where["sample"],
        route=told["route"],
        scale=float(where["scale"]),
        profile=told["profile"],
        machine=f"{where['platform'].partition(',')[0]}, {where['cpus']} CPUs",
        endpoint=str(where.get("endpoint", "")),
        offered_per_second=float(where["offered_per_second"]),
        passed=told["verdict"] == "passed",
        reason=told["reason"],
        seconds=float(told["seconds"]),
        rows=int(where["rows"]),
        load_seconds=stages.get("replicate"),
        lag_seconds=_longest([one["observed"] for one in told["gates"] if one["gate"] == LAG]),
        freeze_seconds=told["freeze_seconds"],
        write_gap_seconds=_longest([one["write_gap_seconds"] for one in told["handovers"]]),
        rollback=bool(told["rollback"]["performed"]),
        acknowledged=ledger.get("acknowledged"),
        lost=ledger.get("lost"),
        duplicated=ledger.get("duplicated"),
        both_open=None if apart is None else not apart,
        unseen=sum(1 for holds in invariants.values() if holds is None),
        faults=tuple(FaultOnRecord(one["name"], one.get("when", ""), one["outcome"]) for one in told["faults"]),
    )


def _longest(values: Sequence[Any]) -> float | None:
    return max((float(one) for one in values if isinstance(one, int | float)), default=None)
