from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("delta-backlog")
def delta_backlog(view: CutoverView) -> GateResult:
    """What must be true: little is left to prove since the last clean validation: bytes of log behind the witness slots
    of both sides, and rows that earlier proofs left over, are within the limits.

    Why: what is left is read and compared under the freeze. A slot that is lost takes the whole proof with it.
    If closed: run `validate --follow` until its backlog is short; if a slot is lost, run `validate` anew.
    """
    slug, hint = "delta-backlog", "Run: aurora-migrate validate --follow, or aurora-migrate validate"
    seen = view.backlog
    if seen is None:
        reason = "the witness slots cannot be read: what changed since the last validation is unknown"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    most, rows = view.limits.delta_bytes, view.limits.delta_keys
    observed = f"{seen.source_bytes:,} and {seen.target_bytes:,} bytes of log, {seen.keys:,} rows"
    told = f"{observed}; whole tables: {', '.join(seen.tables[:5])}" if seen.tables else observed
    within = max(seen.source_bytes, seen.target_bytes) <= most and seen.keys <= rows
    limit = f"{most:,} bytes, {rows:,} rows"
    if within:
        return GateResult(gate=slug, answer=Answer.OPEN, reason=told, observed=observed, limit=limit)
    reason = f"too much is left to prove: {told}"
    return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=observed, limit=limit, hint=hint)
