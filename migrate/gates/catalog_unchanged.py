from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("catalog-unchanged")
def catalog_unchanged(view: CutoverView) -> GateResult:
    """What must be true: the source's schema is, object by object, the one that was assessed.

    Why: what was made or changed since then was judged by no rule: a view, function or trigger as well as a table.
    If closed: see what changed with `assess --since`, judge it, and make the change on the target, too.
    """
    slug, hint = "catalog-unchanged", "Run: aurora-migrate assess --since, and bring the change to the target."
    if view.schema_changes is None:
        reason = "no assessed schema is on record, or the source's cannot be read"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    found = view.schema_changes
    if found:
        return GateResult(
            gate=slug, answer=Answer.CLOSED, reason="; ".join(found[:5]), observed=len(found), limit=0, hint=hint
        )
    return GateResult(gate=slug, answer=Answer.OPEN, reason="as assessed", observed=0, limit=0)
