"""`drill restore`: what a restore of the target's cluster would give, measured on a copy that is deleted again.

It is made of the latest moment that RDS can restore, or of a snapshot.
"""

from __future__ import annotations

from migrate.errors import SaysNo
from migrate.events import Noted
from migrate.model.drill import RestoreDrill, restored_names
from migrate.model.journal import Kind
from migrate.model.snapshot import ClusterSnapshot
from migrate.operations.drill import KEPT, require_no_handover, whole
from migrate.ports.journal import Journal
from migrate.stages.drill.from_snapshot import FromSnapshot
from migrate.stages.drill.latest_time import LatestTime
from migrate.stages.drill.restore import restore, taken_down
from migrate.stages.drill.restore_point import RestorePoint
from migrate.stages.drill.restore_world import RestoreWorld
from migrate.stages.drill.snapshot_choice import chosen
from migrate.wiring.session import Session

RESTORE = "restore-drill"
STEP = "drill/restore"


def made(journal: Journal) -> list[str]:
    """Clusters that drills of this migration meant to make, oldest first."""
    return [str(entry.body["restored"]) for entry in journal.entries(kind=Kind.INTENT) if entry.step == STEP]


def drill_restore(session: Session, confirm: str, snapshot: str = "") -> RestoreDrill:
    """Restore the target's cluster into another one, look what is there, delete it, and tell.

    `snapshot` is the name of one of the cluster's, or `latest`; empty for the latest restorable time. Raises SaysNo
    where the cluster is not confirmed (DRL-008) or not whole (DRL-003), where there is no such snapshot (DRL-014 to
    DRL-016), and when something is missing that has to be there; StateConflict while a handover is open (STA-028).
    """
    cluster = session.cluster.identifier
    if confirm != cluster:
        raise SaysNo(
            f"a restore makes a second cluster of {cluster}, which costs as long as it stands; it was not confirmed",
            code="DRL-008",
            hint=f"Run: aurora-migrate drill restore {f'--from-snapshot {snapshot} ' if snapshot else ''}"
            f"--confirm {cluster}",
        )
    with session.writing(acting=True) as journal:
        journal.verify()
        require_no_handover(journal)
        whole(session)
        world = _world(session, cluster)
        taken = chosen(world.restores, cluster, snapshot) if snapshot else None
        standing = world.restores.standing()
        _clear(session, world, journal, standing)
        number = 1 + len(made(journal))
        while (name := f"{restored_names(cluster)}{number}") in standing:
            number += 1
        run = f"restore-{number}"
        told = {"cluster": cluster, "restored": name} | ({} if taken is None else {"snapshot": taken.name})
        journal.append(Kind.INTENT, run=run, step=STEP, body=told)
        point = _point(world, taken, f"{run}/{session.clock.now().isoformat()}")
        with taken_down(world, name):
            drilled = restore(world, point, name)
            journal.record(RESTORE, run=run, expires_at=session.clock.now() + KEPT, facts=drilled.facts())
    point.judge(drilled)
    return drilled


def _point(world: RestoreWorld, snapshot: ClusterSnapshot | None, run: str) -> RestorePoint:
    return LatestTime(world, run) if snapshot is None else FromSnapshot(world, snapshot)


def _clear(session: Session, world: RestoreWorld, journal: Journal, standing: list[str]) -> None:
    """Take away what drills that were killed have left; what the journal does not know is named and left alone."""
    known = made(journal)
    for name in standing:
        if name in known:
            session.emit(Noted(f"{name} was left by a drill that was broken off: it is deleted first"))
            world.restores.remove(name)
        else:
            told = f"{name} carries the mark of this migration's drills, and its journal does not know it: it stays"
            session.emit(Noted(told, warning=True))


def _world(session: Session, cluster: str) -> RestoreWorld:
    return RestoreWorld(
        cluster=cluster,
        target=session.target,
        restores=session.restores,
        opened=session.elsewhere,
        emit=session.emit,
        clock=session.clock,
        look_seconds=session.settings.aws.poll_seconds,
    )
