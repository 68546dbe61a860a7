from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("writers-known")
def writers_known(view: CutoverView) -> GateResult:
    """What must be true: whoever is logged in on the leaving side is the application, one of its friends, or
    named as known.

    Why: a job that nobody thought of is fenced with the application, does not learn of the switch, and fails all night.
    If closed: find out whose sessions these are; move, stop or name them in migration.toml.
    """
    slug = "writers-known"
    hint = "Stop them, or name their logins under [application]: known_logins are fenced, friends stay connected."
    if view.strangers is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="sessions could not be read", hint=hint)
    found = list(view.strangers)
    if found:
        reason = f"logged in beside the application: {'; '.join(found[:5])}"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=len(found), limit=0, hint=hint)
    return GateResult(gate=slug, answer=Answer.OPEN, reason="nobody else is logged in", observed=0, limit=0)
