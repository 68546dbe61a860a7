"""Which snapshot a drill restores from: the one that is named, or the newest that somebody had made."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from migrate.errors import SaysNo
from migrate.model.snapshot import LATEST, ClusterSnapshot
from migrate.ports.restores import Restores

SHOWN = 5


def chosen(restores: Restores, cluster: str, wanted: str) -> ClusterSnapshot:
    """Raises SaysNo where there is no such snapshot (DRL-014), it is another cluster's (DRL-015), or RDS could not
    restore it (DRL-016)."""
    known = [one for one in restores.snapshots(cluster) if not one.of_another]
    found = _newest(known, cluster) if wanted == LATEST else _named(restores, known, cluster, wanted)
    if not found.available:
        raise SaysNo(
            f"snapshot {found.name} is {found.status}, and not available",
            code="DRL-016",
            hint="Wait until it is, or take another: aws rds describe-db-cluster-snapshots"
            f" --db-cluster-snapshot-identifier {found.name}",
        )
    return found


def _newest(known: Sequence[ClusterSnapshot], cluster: str) -> ClusterSnapshot:
    """One that is available, if there is one: an older one is as good a drill as one that is being made."""
    manual = [one for one in known if one.manual]
    if not manual:
        raise SaysNo(f"nobody has made a snapshot of {cluster}", code="DRL-014", hint=_fix("", known, cluster))
    return next((one for one in manual if one.available), manual[0])


def _named(restores: Restores, known: Sequence[ClusterSnapshot], cluster: str, wanted: str) -> ClusterSnapshot:
    # RDS keeps names in small letters, however they were given.
    name = wanted.lower()
    if (own := next((one for one in known if one.name == name), None)) is not None:
        return own
    if (other := restores.snapshot(name)) is not None:
        whose = f"an earlier cluster {other.cluster}" if other.cluster == cluster else f"cluster {other.cluster}"
        raise SaysNo(
            f"snapshot {name} was made of {whose}, not of this {cluster}",
            code="DRL-015",
            hint=_fix(name, known, cluster),
        )
    raise SaysNo(f"there is no snapshot {name}", code="DRL-014", hint=_fix(name, known, cluster))


def _fix(name: str, known: Sequence[ClusterSnapshot], cluster: str) -> str:
    names = [one.name for one in known]
    if near := get_close_matches(name, names, n=1):
        return f"Did you mean {near[0]}?"
    if names:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        return f"There are: {', '.join(names[:SHOWN])}{more}."
    return (
        f"A cutover takes one by itself; or: aws rds create-db-cluster-snapshot --db-cluster-identifier {cluster}"
        f" --db-cluster-snapshot-identifier {cluster}-by-hand"
    )
