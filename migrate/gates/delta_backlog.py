from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import Backlog, CutoverView
from migrate.model.gate import Answer, GateResult

NAMED = 5


def _whole(seen: Backlog) -> str:
    more = f" and {len(seen.tables) - NAMED} more" if len(seen.tables) > NAMED else ""
    return f"whole tables: {', '.join(seen.tables[:NAMED])}{more}"


@gate("delta-backlog")
def delta_backlog(view: CutoverView) -> GateResult:
    """What must be true: little is left to prove since the last clean validation: bytes of log behind the witness slots
    of both sides, and rows that earlier proofs left over, are within the limits; the tables that have to be compared
    whole take no longer than the freeze may, by what the last validation measured.

    Why: what is left is read and compared under the freeze. A slot that is lost takes the whole proof with it.
    If closed: run `validate --follow` until its backlog is short; if a slot is lost, run `validate` anew. Tables that
    take too long need a key, or a larger `limits.freeze_budget_seconds`; where no log is held, a slot for the toolkit.
    """
    slug, hint = "delta-backlog", "Run: aurora-migrate validate --follow, or aurora-migrate validate"
    seen = view.backlog
    if seen is None:
        reason = "the witness slots cannot be read: what changed since the last validation is unknown"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    most, rows = view.limits.delta_bytes, view.limits.delta_keys
    observed = f"{seen.source_bytes:,} and {seen.target_bytes:,} bytes of log, {seen.keys:,} rows"
    limit, budget = f"{most:,} bytes, {rows:,} rows", view.limits.freeze_budget_seconds
    told = observed
    if seen.tables:
        seconds, why = seen.whole_seconds, f" ({seen.blind})" if seen.blind else ""
        told = f"{observed}; {_whole(seen)}{why}"
        if seconds is None:
            reason = f"how long whole tables take under the freeze was not measured: {told}"
            return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint="Run: aurora-migrate validate")
        told = f"{told}: about {seconds:.1f} s of the {budget:g} s that the freeze may take"
        if seconds > budget:
            reason = f"whole tables take too long: {told}"
            hint = "Give them a key, or the toolkit a slot on both sides; or raise [limits] freeze_budget_seconds"
            return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=seconds, limit=budget, hint=hint)
    within = max(seen.source_bytes, seen.target_bytes) <= most and seen.keys <= rows
    if within:
        return GateResult(gate=slug, answer=Answer.OPEN, reason=told, observed=observed, limit=limit)
    reason = f"too much is left to prove: {told}"
    return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=observed, limit=limit, hint=hint)
