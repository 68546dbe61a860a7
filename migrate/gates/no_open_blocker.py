from __future__ import annotations

from datetime import date, timedelta

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView, Evidence
from migrate.model.gate import Answer, GateResult


@gate("no-open-blocker")
def no_open_blocker(view: CutoverView) -> GateResult:
    """What must be true: the last assessment ran, has not expired, and left no blocker that is not waived.

    It expires after a week, and with the first of the waivers that it rests on.

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
        ended = _ended_with(view.assessment)
        reason = f"assessed {days:.1f} days ago, expired{ended}"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=days, hint=hint)
    answer = Answer.OPEN if blockers == 0 else Answer.CLOSED
    return GateResult(
        gate=slug, answer=answer, reason=f"{blockers} open blockers", observed=blockers, limit=0, hint=hint
    )


def _ended_with(assessment: Evidence) -> str:
    """Which day ended it, where it was that of a waiver and not its own age."""
    told = assessment.facts.get("waived_until")
    last_day = date.fromisoformat(told) if isinstance(told, str) else None
    if last_day is None or assessment.expires_at.date() - timedelta(days=1) != last_day:
        return ""
    return f" with a waiver on {last_day.isoformat()}"
