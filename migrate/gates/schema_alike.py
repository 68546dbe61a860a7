from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("schema-alike")
def schema_alike(view: CutoverView) -> GateResult:
    """What must be true: both sides hold the same schema in every aspect, but for what has to differ or is accepted.

    Why: what is made after replication began (a column, a new partition, a view, a grant) is carried by nobody.
    If closed: see all of it with `replicate schema`; make the change on both sides, load its table anew, validate.
    """
    slug = "schema-alike"
    hint = (
        "Make the change on the other side, too, load what it touched anew (replicate reload), then validate."
        " See: aurora-migrate replicate schema"
    )
    if view.schema_differences is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="a catalog could not be read", hint=hint)
    found = view.schema_differences
    if found:
        return GateResult(
            gate=slug, answer=Answer.CLOSED, reason="; ".join(found[:5]), observed=len(found), limit=0, hint=hint
        )
    return GateResult(gate=slug, answer=Answer.OPEN, reason="no difference", observed=0, limit=0)
