from __future__ import annotations

from checks.finding import Severity
from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("replication-honest")
def replication_honest(view: CutoverView) -> GateResult:
    """What must be true: nothing that was seen of the feed beside DMS's own word contradicts it: no table given up, no
    value cut or moved to another time zone, no gap in the log, no change that was read and not applied.

    Why: DMS calls a task running, and a load complete, with any of these.
    If closed: `replicate status` names each finding, why it matters and what to do; mend it, then validate anew.
    """
    slug, hint = "replication-honest", "Run: aurora-migrate replicate status"
    if view.findings is None:
        reason = "the feeds could not be looked at"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    found = [one for one in view.findings if one.severity is Severity.BLOCKER]
    if found:
        reason = "; ".join(f"{one.code} {one.slug}: {one.seen}" for one in found[:5])
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=len(found), limit=0, hint=hint)
    warnings = len([one for one in view.findings if one.severity is Severity.WARNING])
    reason = f"no blocker, {warnings} warnings" if warnings else "nothing contradicts DMS"
    return GateResult(gate=slug, answer=Answer.OPEN, reason=reason, observed=0, limit=0)
