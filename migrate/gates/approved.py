from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("approved")
def approved(view: CutoverView) -> GateResult:
    """What must be true: a person approved this very plan (by digest), and the approval has not expired.

    Why: an approval of another plan, or of this plan before a gate failed, is no approval.
    If closed: read `cutover plan`, then `cutover approve`.
    """
    slug, hint = "approved", "Run: aurora-migrate cutover plan, then: aurora-migrate cutover approve --by NAME"
    matching = [a for a in view.approvals if a.facts.get("digest") == view.plan_digest]
    if not matching:
        reason = "no approval" if not view.approvals else f"approved is another plan, not {view.plan_digest[:12]}"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, hint=hint)
    latest = matching[-1]
    if view.now >= latest.expires_at:
        return GateResult(
            gate=slug, answer=Answer.CLOSED, reason=f"expired at {latest.expires_at:%H:%M} UTC", hint=hint
        )
    return GateResult(
        gate=slug, answer=Answer.OPEN, reason=f"by {latest.facts.get('by')}", observed=view.plan_digest[:12]
    )
