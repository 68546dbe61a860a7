from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("nobody-on-the-arriving-side")
def nobody_on_the_arriving_side(view: CutoverView) -> GateResult:
    """What must be true: nobody but the toolkit, DMS and the application's friends is logged in on the arriving side.

    Why: whoever writes there now makes the sides differ, or reads rows that are not yet the truth.
    If closed: end these sessions; a login that the fence does not hold is one with rights of its own.
    """
    slug, hint = (
        "nobody-on-the-arriving-side",
        "End these sessions, or name their logins as friends under [application].",
    )
    if view.intruders is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="sessions could not be read", hint=hint)
    found = list(view.intruders)
    if found:
        reason = f"logged in: {'; '.join(found[:5])}"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=len(found), limit=0, hint=hint)
    return GateResult(gate=slug, answer=Answer.OPEN, reason="nobody is logged in there", observed=0, limit=0)
