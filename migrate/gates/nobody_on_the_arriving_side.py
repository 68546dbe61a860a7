from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("nobody-on-the-arriving-side")
def nobody_on_the_arriving_side(view: CutoverView) -> GateResult:
    """What must be true: nobody but the toolkit, DMS and the application's friends is logged in on the arriving side,
    or could log in there.

    Why: whoever writes there now makes the sides differ, or reads rows that are not yet the truth.
    If closed: end these sessions; a login that the fence does not hold is one with rights of its own. Where the side
    was opened by hand, close it again: take the right to connect away, or lock the account.
    """
    slug, hint = (
        "nobody-on-the-arriving-side",
        "End these sessions and close the side to these logins, or name them as friends under [application].",
    )
    if view.intruders is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="who is there could not be read", hint=hint)
    found = list(view.intruders)
    if found:
        reason = f"there, or let in: {'; '.join(found[:5])}"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=len(found), limit=0, hint=hint)
    return GateResult(gate=slug, answer=Answer.OPEN, reason="nobody is there, or let in", observed=0, limit=0)
