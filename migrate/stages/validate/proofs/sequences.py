"""Whether the side that is written next hands out numbers that are free."""

from __future__ import annotations

from migrate.model.validation import Proof, Verdict
from migrate.stages.validate.proofs.subject import Subject

NAME = "sequences"


def prove(subject: Subject) -> Proof:
    """Sequences, identity columns and AUTO_INCREMENT counters of the other side, against the leaving side's.

    Replication carries no counter: before a cutover they stand behind, `cutover run` raises them and asks again under
    the freeze, so that here it only informs. Without a migration nobody raises them: it decides.
    """
    here, there = subject.names
    decides = not subject.raised_later
    wanted = subject.leaving.sequences.values(subject.schemas)
    found = tuple(f"{name}: behind {wanted[name]}" for name in subject.arriving.sequences.behind(wanted))
    if not found:
        reason = f"of {len(wanted)}, none on the {there} is behind the {here}'s"
        return Proof(name=NAME, verdict=Verdict.MATCH, reason=reason, decides=decides)
    reason = f"{len(found)} of {len(wanted)} stand behind on the {there}"
    if subject.raised_later:
        reason += ": cutover run raises them before the freeze"
    return Proof(name=NAME, verdict=Verdict.DIFFERS, reason=reason, details=found, decides=decides)
