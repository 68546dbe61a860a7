"""On what all of it rests."""

from __future__ import annotations

from migrate.model.readiness import ReadinessReport
from migrate.report.readiness.blocks import Cell, Facts, Section
from migrate.report.readiness.words import NONE, moment

LEAD = (
    "All of this is read from the migration's journal, in which every entry carries the hash of the one before, and"
    " from the kept reports of rehearsals. No database and no AWS was asked. `report verify` checks all of it again."
)


def section(report: ReadinessReport) -> Section:
    chain = report.chain
    pairs = (
        ("entries", Cell(f"{chain.entries:,}, whole when this was made")),
        ("from", Cell(moment(chain.first_at))),
        ("to", Cell(moment(chain.last_at))),
        ("hash of the last", Cell(chain.head or NONE, code=True)),
    )
    return Section("evidence", "Evidence", LEAD, (Facts(pairs),))
