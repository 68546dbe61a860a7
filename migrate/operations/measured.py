"""What earlier runs of this migration took: the only basis on which a time is predicted."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts import Catalog
from migrate.model.assessment import Measured, Predictions
from migrate.model.journal import Entry, Kind
from migrate.operations import history
from migrate.ports.journal import Journal

FULL_LOAD, START_LOAD = "dms/full-load", "dms/start-load"


def measured(journal: Journal, catalog: Catalog) -> Predictions:
    """Full load and freeze by the last run of each on record; None for what never ran."""
    return Predictions(_full_load(journal, catalog), _freeze(journal))


@dataclass(frozen=True)
class Loaded:
    """The last full load on record; tasks load at once, so their rows are added and their times are not."""

    rows: int
    seconds: float
    basis: str


def loaded(journal: Journal) -> Loaded | None:
    """None where none was run by this migration."""
    run = history.last_done(journal, "replicate")
    done = [e for e in journal.entries(run=run.run, kind=Kind.DONE) if e.step.startswith(FULL_LOAD)] if run else []
    done = [entry for entry in done if not entry.body.get("already")]
    if run is None or not done:
        return None
    starts = [e for e in journal.entries(run=run.run, kind=Kind.DONE) if e.step.startswith(START_LOAD)]
    seconds = sum(_took(journal, entry) for entry in (*starts, *done))
    moved = sum(_count(entry) for entry in done)
    basis = f"measured in {run.run} on {run.began:%Y-%m-%d}: {moved:,} rows in {seconds:.1f} s"
    return Loaded(moved, seconds, basis)


def _full_load(journal: Journal, catalog: Catalog) -> Measured | None:
    """The measured rate over the rows there are now, or the measured time itself where their number is unknown."""
    found = loaded(journal)
    if found is None:
        return None
    tables = [table.rows for table in catalog.tables if table.holds_rows]
    rows = sum(count for count in tables if count is not None)
    if found.rows and found.seconds and rows and None not in tables:
        return Measured(rows * found.seconds / found.rows, f"{found.basis}; {rows:,} rows now")
    return Measured(found.seconds, found.basis)


def _took(journal: Journal, done: Entry) -> float:
    begun = [e.at for e in journal.entries(run=done.run, kind=Kind.INTENT) if e.step == done.step and e.seq < done.seq]
    return (done.at - begun[-1]).total_seconds() if begun else 0.0


def _count(done: Entry) -> int:
    rows = done.body.get("rows")
    return rows if isinstance(rows, int) else 0


def _freeze(journal: Journal) -> Measured | None:
    """The longest freeze on record."""
    found = [
        (seconds, run)
        for run in history.runs(journal, "cutover")
        if (seconds := history.freeze_seconds(journal, run.run)) is not None
    ]
    if not found:
        return None
    seconds, run = max(found, key=lambda one: one[0])
    return Measured(seconds, f"measured in {run.run} on {run.began:%Y-%m-%d}")
