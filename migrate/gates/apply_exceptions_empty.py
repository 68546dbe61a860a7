from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("apply-exceptions-empty")
def apply_exceptions_empty(view: CutoverView) -> GateResult:
    """What must be true: `awsdms_apply_exceptions` on the fed side holds no row.

    Why: under LOG_ERROR policies this table is the only place where a lost change shows.
    If closed: read the rows, reload the tables they name, delete the rows, validate again.
    """
    slug, hint = (
        "apply-exceptions-empty",
        "Read awsdms_apply_exceptions in the control schema, then reload those tables.",
    )
    if view.tasks is None or any(task.apply_exceptions is None for task in view.tasks):
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="the table could not be read", hint=hint)
    rows = sum(task.apply_exceptions or 0 for task in view.tasks)
    answer = Answer.OPEN if rows == 0 else Answer.CLOSED
    return GateResult(gate=slug, answer=answer, reason=f"{rows} apply exceptions", observed=rows, limit=0, hint=hint)
