from __future__ import annotations

from datetime import timedelta

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult

NEAR = timedelta(hours=1)


@gate("no-upkeep-near")
def no_upkeep_near(view: CutoverView) -> GateResult:
    """What must be true: the target's cluster is available, and no pending maintenance falls within the hour.

    Why: a restart by AWS in the middle of a cutover looks like a fault, and makes one.
    If closed: choose another hour, or move the cluster's window.
    """
    slug, hint = "no-upkeep-near", "Choose another hour, or move maintenance_window under [target.backup]."
    if view.upkeep is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="the cluster could not be described", hint=hint)
    found = list(view.upkeep.disturbances(view.now, NEAR))
    if view.upkeep.status != "available":
        found.insert(0, f"the cluster is {view.upkeep.status}")
    if found:
        return GateResult(gate=slug, answer=Answer.CLOSED, reason="; ".join(found), observed=found, limit=[], hint=hint)
    return GateResult(gate=slug, answer=Answer.OPEN, reason="nothing within the hour", observed=[], limit=[])
