from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("way-back-probed")
def way_back_probed(view: CutoverView) -> GateResult:
    """What must be true: a marker written on the arriving side came back through a real task, and that proof is fresh.

    Why: a reverse feed that first fails after the switch is no way back.
    If closed: read why the probe failed; the prepare section of the cutover runs it again.
    """
    slug, hint = "way-back-probed", "Run the cutover again: its prepare section probes the way back."
    if view.way_back is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="never probed", hint=hint)
    if view.now >= view.way_back.expires_at:
        minutes = (view.now - view.way_back.taken_at).total_seconds() / 60
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=f"probed {minutes:.0f} min ago, expired", hint=hint)
    seconds = view.way_back.facts.get("seconds")
    return GateResult(gate=slug, answer=Answer.OPEN, reason=f"marker came back in {seconds} s", observed=seconds)
