from __future__ import annotations

from datetime import UTC, datetime, timedelta

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("change-window-open")
def change_window_open(view: CutoverView) -> GateResult:
    """What must be true: a change window is open, with room for the freeze budget; with none set, at any time.

    Why: a cutover outside the agreed hours meets people, batch jobs and support that do not expect it.
    If closed: wait for the window, or have [cutover] change_windows changed by whoever agreed it.
    """
    slug, hint = "change-window-open", "Wait for the window, or change change_windows under [cutover]."
    if not view.limits.change_windows:
        return GateResult(gate=slug, answer=Answer.OPEN, reason="no change window is set")
    needed = timedelta(seconds=view.limits.freeze_budget_seconds)
    for window in view.limits.change_windows:
        first, last = (datetime.fromisoformat(end).replace(tzinfo=UTC) for end in window.split("/"))
        if first <= view.now and view.now + needed <= last:
            return GateResult(gate=slug, answer=Answer.OPEN, reason=f"open until {last:%Y-%m-%d %H:%M} UTC")
    told = ", ".join(f"{window} UTC" for window in view.limits.change_windows)
    reason = f"it is {view.now:%Y-%m-%d %H:%M} UTC, with {needed.total_seconds():g} s needed; agreed is {told}"
    return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, hint=hint)
