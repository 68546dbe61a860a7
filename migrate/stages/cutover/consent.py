"""Approvals: which of them stand, and on what they rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from migrate.model.cutover import Evidence
from migrate.model.journal import Kind
from migrate.model.json import Facts
from migrate.ports.journal import Journal

APPROVAL, REVOCATION = "approval", "approval-revoked"
RESTS_ON = (
    ("assessment", "blockers", "blockers"),
    ("assessment", "waived", "waived"),
    ("validation", "verdict", "validation"),
)
"""Evidence, its fact, and what that is called in a consent."""


def consented_to(journal: Journal) -> Facts:
    """What the evidence says that an approver reads beside the plan: a later answer voids the approval."""
    newest = {name: journal.evidence(name)[-1:] for name, _, _ in RESTS_ON}
    return {
        consented: newest[name][0].facts[fact]
        for name, fact, consented in RESTS_ON
        if newest[name] and fact in newest[name][0].facts
    }


def standing(journal: Journal, run: str) -> tuple[Evidence, ...]:
    """Approvals that nobody revoked, that no gate of `run` has destroyed since by not being open, and whose evidence
    has not changed and changed back.

    In the order of the journal: people approve, revoke and cut over on machines of their own, with clocks of their own.
    """
    refused = [
        entry.seq
        for entry in journal.entries(run=run, kind=Kind.GATE)
        if entry.body.get("answer") != "open" and entry.body.get("gate") != "approved"
    ]
    rests_on = consented_to(journal)
    revoked = {str(one.facts.get("by")).casefold(): one.seq for one in journal.evidence(REVOCATION)}
    return tuple(
        given
        for given in journal.evidence(APPROVAL)
        if (not refused or given.seq > refused[-1])
        and given.seq > revoked.get(str(given.facts.get("by")).casefold(), 0)
        and (given.facts.get("consented_to") != rests_on or _held_ever_since(journal, given))
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


def _held_ever_since(journal: Journal, given: Evidence) -> bool:
    """An answer that changed and changed back is not the one that was consented to: what lies between nobody saw."""
    rests_on = given.facts.get("consented_to")
    return isinstance(rests_on, Mapping) and all(
        one.facts.get(fact) == rests_on.get(consented)
        for name, fact, consented in RESTS_ON
        for one in journal.evidence(name)
        if one.seq > given.seq
    )
