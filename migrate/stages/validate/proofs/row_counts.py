"""How many rows each side holds."""

from __future__ import annotations

from migrate.model.validation import Proof, Verdict
from migrate.stages.validate.proofs.subject import Subject

NAME = "row counts"


def prove(subject: Subject) -> Proof:
    """From the comparison itself, so it costs nothing. It only informs: while changes flow, the two counts of a table
    are taken at different moments, and which rows are missing is told by the comparison."""
    unlike = [result for result in subject.results if result.source_rows != result.target_rows]
    source, target = (
        sum(getattr(result, f"{side}_rows") for result in subject.results) for side in ("source", "target")
    )
    total = f"{source:,} on the source, {target:,} on the target"
    details = tuple(
        f"{result.table}: {result.source_rows:,} on the source, {result.target_rows:,} on the target"
        for result in unlike
    )
    if unlike:
        total = f"tables with other counts: {len(unlike)}; in all {total}"
    verdict = Verdict.DIFFERS if unlike else Verdict.MATCH
    return Proof(name=NAME, verdict=verdict, reason=total, details=details, decides=False)
