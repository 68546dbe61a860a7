from __future__ import annotations

from datetime import timedelta

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult

FRESH = timedelta(hours=24)


@gate("target-snapshot-fresh")
def target_snapshot_fresh(view: CutoverView) -> GateResult:
    """What must be true: a manual snapshot of the target's cluster was taken within the last day.

    Why: it is what a restore starts from when the application itself damages its data after the switch.
    If closed: the prepare section of the cutover takes one; read why that failed.
    """
    slug, hint = "target-snapshot-fresh", "Run the cutover again: its prepare section takes a snapshot."
    if view.upkeep is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="the cluster could not be described", hint=hint)
    taken = sorted(((at, name) for name, at in view.upkeep.snapshots), reverse=True)
    if not taken or view.now - taken[0][0] > FRESH:
        reason = f"the last one, {taken[0][1]}, is of {taken[0][0]:%Y-%m-%d %H:%M} UTC" if taken else "there is none"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, limit="24 h", hint=hint)
    return GateResult(gate=slug, answer=Answer.OPEN, reason=taken[0][1], observed=taken[0][0].isoformat(), limit="24 h")
