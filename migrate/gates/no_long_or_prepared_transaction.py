from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("no-long-or-prepared-transaction")
def no_long_or_prepared_transaction(view: CutoverView) -> GateResult:
    """What must be true: no transaction on the leaving side is open for longer than the limit, and none is prepared.

    Why: fencing would break a long one off, and a prepared one survives its session and can still commit.
    `limits.long_transactions = "end"` lets the fence end long ones; a prepared one has no session that could be ended.
    If closed: let it finish, or end it; whoever owns a prepared one ends it: COMMIT PREPARED or ROLLBACK PREPARED on
    PostgreSQL, XA COMMIT or XA ROLLBACK on MySQL.
    """
    slug, hint = "no-long-or-prepared-transaction", "Finish or end what is listed, then try again."
    limit = view.limits.transaction_seconds
    if view.long_transactions is None or view.prepared_transactions is None:
        reason = "the server's sessions could not be read"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, limit=limit, hint=hint)
    ended = view.long_transactions if view.limits.long_transactions == "end" else ()
    left = () if ended else view.long_transactions
    found = [*left, *(f"prepared: {gid}" for gid in view.prepared_transactions)]
    if found:
        return GateResult(
            gate=slug, answer=Answer.CLOSED, reason="; ".join(found[:5]), observed=len(found), limit=0, hint=hint
        )
    told = f"the fence will end {len(ended)} over {limit:g} s" if ended else f"none over {limit:g} s"
    return GateResult(gate=slug, answer=Answer.OPEN, reason=f"{told}, none prepared", observed=len(ended), limit=0)
