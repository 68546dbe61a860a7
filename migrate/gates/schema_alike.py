from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("schema-alike")
def schema_alike(view: CutoverView) -> GateResult:
    """What must be true: both sides hold the same tables, with the same columns and keys.

    Why: a table or column made after replication began (a new partition, say) is carried by nobody.
    If closed: make the change on both sides, let the task carry the new table, validate again.
    """
    slug, hint = "schema-alike", "No DDL while a migration runs: bring both sides to the same schema, then validate."
    if view.schema_differences is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="a catalog could not be read", hint=hint)
    found = view.schema_differences
    if found:
        return GateResult(
            gate=slug, answer=Answer.CLOSED, reason="; ".join(found[:5]), observed=len(found), limit=0, hint=hint
        )
    return GateResult(gate=slug, answer=Answer.OPEN, reason="no difference", observed=0, limit=0)
