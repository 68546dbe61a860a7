"""What DMS's own validation says, beside ours."""

from __future__ import annotations

from collections import Counter

from migrate.model.validation import Proof, Verdict
from migrate.stages.validate.proofs.subject import Subject

NAME = "DMS validation"
VALIDATED = "Validated"
OFF = ("", "Not enabled")
AGAINST = ("Mismatched records", "Table error", "Error")
"""States as the DMS API spells them; every other one says that DMS has not made up its mind."""


def prove(subject: Subject) -> Proof:
    """It only informs: DMS compares fewer types, needs a key, and keeps a verdict that later changes have overtaken."""
    rows = list(subject.statistics()) if subject.statistics else []
    if subject.only is not None:
        rows = [row for row in rows if row.table in subject.only]
    on = [row for row in rows if row.validation_state not in OFF]
    if not on:
        return Proof(name=NAME, verdict=Verdict.UNKNOWN, reason="not enabled, and not needed", decides=False)
    states = Counter(row.validation_state for row in on)
    reason = ", ".join(f"{state}: {count}" for state, count in states.most_common())
    details = tuple(f"{row.table}: {row.validation_state}" for row in on if row.validation_state != VALIDATED)
    verdict = Verdict.UNKNOWN
    if any(row.validation_state in AGAINST for row in on):
        verdict = Verdict.DIFFERS
    elif not details:
        verdict = Verdict.MATCH
    return Proof(name=NAME, verdict=verdict, reason=reason, details=details, decides=False)
