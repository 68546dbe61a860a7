from __future__ import annotations

from migrate.gates.registry import gate
from migrate.model.cutover import CutoverView
from migrate.model.gate import Answer, GateResult


@gate("same-servers")
def same_servers(view: CutoverView) -> GateResult:
    """What must be true: on both sides the server answers that the last validation compared.

    Why: after a failover, a restore or a changed address, evidence speaks of another database.
    If closed: find out why another server answers; if that is meant, validate again.
    """
    slug, hint = "same-servers", "If another server is meant to answer, run: aurora-migrate validate"
    compared = view.validation.facts.get("servers") if view.validation else None
    if view.servers is None or not isinstance(compared, dict):
        reason = "no validation says which servers it compared" if view.servers else "a server does not answer"
        return GateResult(gate=slug, answer=Answer.UNKNOWN, reason=reason, hint=hint)
    others = [side for side, server in view.servers.items() if compared.get(side) != server]
    if others:
        reason = f"another server answers on the {' and the '.join(others)} than was validated"
        return GateResult(gate=slug, answer=Answer.CLOSED, reason=reason, observed=others, limit=[], hint=hint)
    return GateResult(gate=slug, answer=Answer.OPEN, reason="the servers that were validated", observed=[], limit=[])
