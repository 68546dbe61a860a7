from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("lag-by-marker")
def lag_by_marker(view: CutoverView) -> GateResult:
    """What must be true: a marker row travels through each task faster than the limit.

    Why: the lag becomes part of the freeze. DMS's latency metrics read zero when idle, without data and when stuck;
    a marker that arrived cannot lie.
    If closed: find out what holds the task up; a big transaction is the usual reason.
    """
    slug, hint = "lag-by-marker", "Run: aurora-migrate replicate status"
    limit = view.limits.lag_seconds
    if view.tasks is None or any(task.lag_seconds is None for task in view.tasks):
        late = [] if view.tasks is None else [t.task.identifier for t in view.tasks if t.lag_seconds is None]
        reason = f"no marker arrived through {', '.join(late)}" if late else "the tasks could not be asked"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, limit=limit, hint=hint)
    if not view.tasks:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="there is no task", limit=limit, hint=hint)
    worst = max(view.tasks, key=lambda task: task.lag_seconds or 0.0)
    lag = worst.lag_seconds or 0.0
    answer, sign = (Answer.OPEN, "≤") if lag <= limit else (Answer.CLOSED, ">")
    reason = f"{lag:.2f} s {sign} {limit:g} s ({worst.task.identifier})"
    return GateResult(gate=slug, answer=answer, reason=reason, observed=round(lag, 3), limit=limit, hint=hint)
