from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("owner-certain")
def owner_certain(view: CutoverView) -> GateResult:
    """What must be true: the application's secret points, beyond doubt, to the side that the application leaves.

    Why: a secret that was rotated or edited since would make the switch undecidable, with both sides fenced.
    If closed: move the label AURORA_MIGRATE_SOURCE or AURORA_MIGRATE_TARGET to the version that is current now.
    """
    slug, hint = "owner-certain", "Label the secret's current version for the side it points to (docs/operations.md)."
    if view.owner is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="the secret could not be read", hint=hint)
    answer = Answer.OPEN if view.owner.value == view.leaving.value else Answer.CLOSED
    reason = f"the secret points to {view.owner.value}, the application leaves the {view.leaving.value}"
    return GateResult(
        gate=slug, answer=answer, reason=reason, observed=view.owner.value, limit=view.leaving.value, hint=hint
    )
