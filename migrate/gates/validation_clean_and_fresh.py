from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("validation-clean-and-fresh")
def validation_clean_and_fresh(view: CutoverView) -> GateResult:
    """What must be true: the last full validation found every table equal, and it has not expired.

    Why: the delta proof under the freeze covers only what changed since a clean full pass.
    If closed: run `validate`; if it differs, reload the tables it names (docs/operations.md) and run it again.
    """
    slug, hint = "validation-clean-and-fresh", "Run: aurora-migrate validate"
    if view.validation is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="no validation on record", hint=hint)
    verdict = view.validation.facts.get("verdict")
    hours = (view.now - view.validation.taken_at).total_seconds() / 3600
    if verdict != "match":
        return GateResult(
            gate=slug,
            answer=Answer.CLOSED,
            reason=f"last verdict: {verdict}",
            observed=str(verdict),
            limit="match",
            hint=hint,
        )
    if view.now >= view.validation.expires_at:
        limit = view.limits.validation_hours
        return GateResult(
            gate=slug,
            answer=Answer.CLOSED,
            reason=f"age {hours:.1f} h > {limit:g} h",
            observed=hours,
            limit=limit,
            hint=hint,
        )
    return GateResult(
        gate=slug, answer=Answer.OPEN, reason=f"match, {hours:.1f} h old", observed="match", limit="match"
    )
