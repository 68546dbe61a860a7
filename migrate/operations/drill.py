"""`drill`: what the target does when its writer goes, measured before an application depends on it."""

from __future__ import annotations

from datetime import timedelta

from migrate.errors import SaysNo, StateConflict
from migrate.model.database import Side
from migrate.model.drill import FailoverDrill, Members
from migrate.model.journal import Kind
from migrate.operations import history
from migrate.operations.validation.settling import way
from migrate.ports.journal import Journal
from migrate.stages.drill.failover import DrillWorld, failover
from migrate.wiring.session import Session

FAILOVER = "failover-drill"
STEP = "drill/failover"
KEPT = timedelta(days=90)
"""So long a drill counts as an answer; servers, parameters and classes change."""


def members(session: Session) -> Members:
    """The target's instances as they are now."""
    return session.failovers.members(session.cluster.identifier)


def drill_failover(session: Session, confirm: str) -> FailoverDrill:
    """Fail the target's cluster over while rows are written to a table of the toolkit's, and measure.

    Raises SaysNo where the cluster is not confirmed (DRL-001), serves the application (DRL-002), or is not whole
    (DRL-003), and when what was acknowledged is gone (DRL-007); StateConflict while a handover is open (STA-028).
    """
    cluster = session.cluster.identifier
    if confirm != cluster:
        raise SaysNo(
            f"a failover ends every session on {cluster}; it was not confirmed",
            code="DRL-001",
            hint=f"Run: aurora-migrate drill failover --confirm {cluster}",
        )
    with session.writing(acting=True) as journal:
        journal.verify()
        _require_idle(journal)
        found = whole(session)
        run = f"drill-{len(journal.evidence(FAILOVER)) + 1}"
        told = {"cluster": cluster, "writer": found.writer, "readers": list(found.readers)}
        journal.append(Kind.INTENT, run=run, step=STEP, body=told)
        drilled = failover(_world(session, journal, cluster), found, f"{run}/{session.clock.now().isoformat()}")
        journal.record(FAILOVER, run=run, expires_at=session.clock.now() + KEPT, facts=drilled.facts())
    if drilled.lost:
        raise SaysNo(
            f"{len(drilled.lost)} of {drilled.acknowledged} acknowledged rows are gone after the failover",
            code="DRL-007",
            hint="Aurora acknowledges what its storage has: do not cut over before AWS has explained this.",
        )
    return drilled


def whole(session: Session) -> Members:
    """The target's instances, all of them available. Raises SaysNo(DRL-003)."""
    found = members(session)
    if not found.available or not found.writer:
        raise SaysNo(
            f"{session.cluster.identifier} is not available as a whole",
            code="DRL-003",
            hint="Wait until the cluster and its instances are available.",
        )
    return found


def require_no_handover(journal: Journal) -> None:
    """Raises StateConflict(STA-028) while a cutover, rollback or finalize is open."""
    begun = history.open_run(journal, *history.HANDOVERS, "finalize")
    if begun is not None:
        raise StateConflict(
            f"{begun.run} is open, and its target is not to be taken from it",
            code="STA-028",
            hint="Run: aurora-migrate status",
        )


def _require_idle(journal: Journal) -> None:
    require_no_handover(journal)
    if history.owner(journal) is Side.TARGET:
        raise SaysNo(
            "the application runs on the target: a failover is an outage there, and no drill",
            code="DRL-002",
            hint="Where that is wanted, fail over in the RDS console, with the application's owners beside you.",
        )


def _world(session: Session, journal: Journal, cluster: str) -> DrillWorld:
    replicated = history.last_done(journal, "replicate") is not None
    tasks = [task.name for task in session.settings.tasks]
    markers = way(session, Side.SOURCE, tasks).markers if replicated else ()
    return DrillWorld(
        cluster=cluster,
        target=session.target,
        source=session.source,
        failovers=session.failovers,
        markers=markers,
        emit=session.emit,
        clock=session.clock,
    )
