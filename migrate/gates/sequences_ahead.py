from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("sequences-ahead")
def sequences_ahead(view: CutoverView) -> GateResult:
    """What must be true: sequences, identities and counters of the arriving side stand ahead of the leaving side's.

    Why: behind, the application's first INSERT after the switch takes a number that is in use.
    If closed: run it again, which raises them anew; if the application outruns it, raise [limits] sequence_headroom.
    """
    slug, hint = "sequences-ahead", "Run it again; or raise sequence_headroom under [limits] in migration.toml."
    if view.sequences_behind is None:
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason="sequences could not be read", hint=hint)
    found = list(view.sequences_behind)
    if found:
        reason = f"behind: {', '.join(found[:5])}"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=len(found), limit=0, hint=hint)
    return GateResult(gate=slug, answer=Answer.OPEN, reason="all stand ahead", observed=0, limit=0)
