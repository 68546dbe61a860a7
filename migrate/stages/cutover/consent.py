"""Approvals: which of them stand, and on what they rest."""

from __future__ import annotations

from datetime import datetime

from migrate.model.cutover import Evidence
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.ports.journal import Journal

APPROVAL, REVOCATION = "approval", "approval-revoked"


def consented_to(journal: Journal) -> Facts:
    """What the evidence says that an approver reads beside the plan: a later answer voids the approval."""
    assessments, validations = journal.evidence("assessment"), journal.evidence("validation")
    return {
        "blockers": assessments[-1].facts.get("blockers") if assessments else None,
        "validation": validations[-1].facts.get("verdict") if validations else None,
    }


def standing(journal: Journal, run: str) -> tuple[Evidence, ...]:
    """Approvals that nobody revoked, and that no gate of `run` has destroyed since by not being open.

    In the order of the journal: people approve, revoke and cut over on machines of their own, with clocks of their own.
    """
    refused = [
        entry.seq
        for entry in journal.entries(run=run, kind=Kind.GATE)
        if entry.body.get("answer") != "open" and entry.body.get("gate") != "approved"
    ]
    revoked = {str(one.facts.get("by")).casefold(): one.seq for one in journal.evidence(REVOCATION)}
    return tuple(
        given
        for given in journal.evidence(APPROVAL)
        if (not refused or given.seq > refused[-1])
        and given.seq > revoked.get(str(given.facts.get("by")).casefold(), 0)
    )


def valid(journal: Journal, run: str, digest: str, now: datetime) -> tuple[Evidence, ...]:
    """Of those, approvals of this very plan that rest on the evidence as it still is, and have not expired."""
    rests_on = consented_to(journal)
    return tuple(
        given
        for given in standing(journal, run)
        if given.facts.get("digest") == digest
        and given.facts.get("consented_to") == rests_on
        and now < given.expires_at
    )
