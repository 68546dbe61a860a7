from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("approved")
def approved(view: CutoverView) -> GateResult:
    """What must be true: as many people as are asked for, in the roles that are asked for, approved this very plan (by
    digest) on the evidence that still stands, and no approval has expired or was revoked.

    Why: an approval of another plan, of other evidence, or of this plan before a gate failed, is no approval.
    If closed: read `cutover plan`, then `cutover approve`.
    """
    slug, hint = "approved", "Run: aurora-migrate cutover plan, then: aurora-migrate cutover approve --by NAME"
    wanted, roles = view.limits.approvals, view.limits.approver_roles

    def closed(reason: str) -> GateResult:
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, limit=wanted, hint=hint)

    matching = [a for a in view.approvals if a.facts.get("digest") == view.plan_digest]
    if not matching:
        return closed("no approval" if not view.approvals else f"approved is another plan, not {view.plan_digest[:12]}")
    grounded = [a for a in matching if a.facts.get("consented_to") == view.consented_to]
    if not grounded:
        return closed("the evidence has changed since it was approved")
    valid = [a for a in grounded if view.now < a.expires_at]
    if not valid:
        return closed(f"expired at {grounded[-1].expires_at:%H:%M} UTC")
    people = {str(a.facts.get("by")).casefold(): str(a.facts.get("by")) for a in valid}
    if len(people) < wanted:
        return closed(f"{len(people)} of {wanted} people approved: {', '.join(people.values())}")
    missing = [role for role in roles if role not in {a.facts.get("role") for a in valid}]
    if missing:
        return closed(f"nobody approved as {', '.join(missing)}")
    reason = f"by {', '.join(people.values())}"
    return GateResult(gate=slug, answer=Answer.OPEN, reason=reason, observed=view.plan_digest[:12], limit=wanted)
