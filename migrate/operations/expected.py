"""What a handover may be expected to take: as it took the last time here, or in a rehearsal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from migrate.errors import UsageError
from migrate.model.expectation import Expectation
from migrate.model.journal import Kind
from migrate.operations import history
from migrate.ports.journal import Journal


def measured(journal: Journal, stage: str) -> Expectation | None:
    """From this migration's own last handover of the stage (`cutover`, `rollback`) that was completed."""
    run = history.last_done(journal, stage)
    frozen = history.freeze_seconds(journal, run.run) if run else None
    if run is None or frozen is None:
        return None
    basis = f"{run.run} of {run.began:%Y-%m-%d %H:%M} UTC"
    return Expectation(basis=basis, steps=step_seconds(journal, run.run), freeze_seconds=frozen)


def rollback_now(journal: Journal) -> Expectation | None:
    """What a rollback would take: as the last one did, or else the handover that it takes back, whose steps it has."""
    known = measured(journal, "rollback")
    if known is not None:
        return known
    there = measured(journal, "cutover")
    return replace(there, basis=f"{there.basis}: no rollback was measured yet") if there is not None else None


def step_seconds(journal: Journal, run: str) -> dict[str, float]:
    """From the last intent of each step until it was done."""
    intents, found = {}, {}
    for entry in journal.entries(run=run):
        if entry.kind is Kind.INTENT:
            intents[entry.step] = entry.at
        elif entry.kind is Kind.DONE and entry.step in intents:
            found[entry.step] = round((entry.at - intents[entry.step]).total_seconds(), 3)
    return found


def rehearsed(report: Path, stage: str) -> Expectation | None:
    """From the JSON report of a rehearsal: its last handover of the stage; None when it held none.

    Raises UsageError for a file that is no such report.
    """
    try:
        document = json.loads(report.read_text(encoding="utf-8"))
        sample, began = document["environment"]["sample"], str(document["started_at"])[:16].replace("T", " ")
        done = [each for each in document["handovers"] if str(each["run"]).startswith(f"{stage}-")]
        if not done:
            return None
        last = done[-1]
        return Expectation(
            basis=f"{last['run']} of the rehearsal of {sample}, {began} UTC, timing {document['profile']}",
            steps={str(step): float(took) for step, took in last.get("steps", {}).items()},
            freeze_seconds=float(last["freeze_seconds"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise UsageError(
            f"{report} is no report of a rehearsal",
            code="CFG-078",
            hint="Name the rehearsal.json that a rehearsal left in its folder.",
        ) from problem
