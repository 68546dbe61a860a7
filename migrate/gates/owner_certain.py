from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("owner-certain")
def owner_certain(view: CutoverView) -> GateResult:
    """What must be true: what the switch moves points, beyond doubt, to the side that the application leaves.

    Why: one that was rotated or edited since would make the switch undecidable, with both sides fenced.
    If closed: make it point there, or run `cutover declare`: docs/switching.md says what that does to each kind.
    """
    slug, hint = "owner-certain", "Have it say which side it points to (docs/switching.md)."
    if view.owner is None:
        reason = f"the application's {view.switched} could not be read"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    answer = Answer.OPEN if view.owner.value == view.leaving.value else Answer.CLOSED
    reason = f"the {view.switched} points to {view.owner.value}, the application leaves the {view.leaving.value}"
    return GateResult(
        gate=slug, answer=answer, reason=reason, observed=view.owner.value, limit=view.leaving.value, hint=hint
    )
