"""The charts of a rehearsal in words, for whoever cannot see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrate.model.rehearsal import LedgerResult, Mark, StageResult
from migrate.report.charts import DONE, duration


def of_throughput(ledger: LedgerResult, marks: Iterable[Mark]) -> str:
    """How much was answered, when it was silent, and what happened when."""
    counts = ledger.per_second
    most = max((one.acknowledged for one in counts), default=0)
    silent = sum(one.acknowledged == 0 for one in counts)
    told = (
        f"{len(counts):,} seconds: at most {most:,} writes a second acknowledged, {silent:,} seconds without any;"
        f" {ledger.refused:,} refused, {ledger.indeterminate:,} indeterminate."
    )
    happened = "; ".join(f"{mark.title} at {mark.at:.0f} s" for mark in marks)
    return f"{told} {happened}." if happened else told


def of_timeline(stages: Sequence[StageResult]) -> str:
    """When each began, how long it took, and how it ended where that was not well."""
    return "; ".join(
        f"{stage.name} from {stage.began:.0f} s for {duration(stage.seconds)}"
        f"{'' if stage.outcome == DONE else f', {stage.outcome}'}"
        for stage in stages
    )
