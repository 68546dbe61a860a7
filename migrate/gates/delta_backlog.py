from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("delta-backlog")
def delta_backlog(view: CutoverView) -> GateResult:
    """What must be true: few bytes of log, and few rows, are left for the proof under the freeze.

    Why: that proof reads both logs since the last look and compares what they name while applications wait.
    If closed: run `validate --follow` until its rounds are short, or a full `validate`; then ask again.
    """
    slug, hint = "delta-backlog", "Run: aurora-migrate validate --follow"
    if view.backlog is None:
        reason = "how far the witness slots are behind cannot be seen"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    log, rows, limits = view.backlog.log_bytes, view.backlog.restless_rows, view.limits
    observed, limit = f"{log:,} bytes, {rows:,} rows", f"{limits.delta_bytes:,} bytes, {limits.delta_rows:,} rows"
    fits = log <= limits.delta_bytes and rows <= limits.delta_rows
    return GateResult(
        gate=slug,
        answer=Answer.OPEN if fits else Answer.CLOSED,
        reason=f"{log:,} bytes of log to read, {rows:,} restless rows",
        observed=observed,
        limit=limit,
        hint="" if fits else hint,
    )
