from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult
from migrate.model.replication import TableState


@gate("tables-complete")
def tables_complete(view: CutoverView) -> GateResult:
    """What must be true: every task runs, and every table of it stands at `Table completed`.

    Why: a suspended table does not fail its task, and a marker passes it by.
    If closed: read `replicate status`; reload the table or restart the task.
    """
    slug, hint = "tables-complete", "Run: aurora-migrate replicate status"
    if view.tasks is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="DMS could not be asked", hint=hint)
    wrong = [f"task {t.task.identifier} is {t.task.status}" for t in view.tasks if t.task.status != "running"]
    unseen = [t.task.identifier for t in view.tasks if not t.task.tables]
    if unseen:
        reason = f"no table statistics for {', '.join(unseen)}"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    for task in view.tasks:
        wrong += [f"{t.table}: {t.state}" for t in task.task.tables if t.state != TableState.COMPLETED]
    if wrong:
        return GateResult(
            gate=slug, answer=Answer.CLOSED, reason="; ".join(wrong[:5]), observed=len(wrong), limit=0, hint=hint
        )
    tables = sum(len(task.task.tables) for task in view.tasks)
    return GateResult(gate=slug, answer=Answer.OPEN, reason=f"{tables} tables completed", observed=0, limit=0)
