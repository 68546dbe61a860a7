from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("no-open-blocker")
def no_open_blocker(view: CutoverView) -> GateResult:
    """What must be true: the last assessment ran, has not expired, and left no blocker that is not waived.

    Why: a blocker is something that will be lost or will stop working on Aurora; a schema that lives on gets new ones.
    If closed: fix or waive what `assess` lists, then run `assess` again.
    """
    slug, hint = "no-open-blocker", "Run: aurora-migrate assess"
    if view.assessment is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="no assessment on record", hint=hint)
    blockers = view.assessment.facts.get("blockers")
    if not isinstance(blockers, int):
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="the assessment names no count", hint=hint)
    if blockers == 0 and view.now >= view.assessment.expires_at:
        days = (view.now - view.assessment.taken_at).total_seconds() / 86400
        reason = f"assessed {days:.1f} days ago, expired"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=days, hint=hint)
    answer = Answer.OPEN if blockers == 0 else Answer.CLOSED
    return GateResult(
        gate=slug, answer=answer, reason=f"{blockers} open blockers", observed=blockers, limit=0, hint=hint
    )
