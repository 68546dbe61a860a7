"""What a cluster's snapshot holds, and what RestoreDBClusterFromSnapshot asks for.

Source: RDS's API model, CreateDBClusterSnapshot, RestoreDBClusterFromSnapshot: a snapshot is named by its identifier or
its ARN and must be available, its engine is said again, the version is the region's default unless it is named; no
parameter group, subnet group or deletion protection but what the request names. Source: issue 3786 of aws-sdk-go:
another engine is InvalidParameterCombination, "Cannot find version … for …". Source: issue 99 of redcap-on-aws: a
version earlier than the snapshot's is refused in these words (assumption: as InvalidParameterCombination). A manual
snapshot is a physical copy of the running server, made before CreateDBClusterSnapshot answers (assumption: on AWS it is
there minutes later); what was committed before its SnapshotCreateTime is in it. A last snapshot is the deleted
cluster's own data. The master's password is the one in the data, and no secret holds it (assumption). An automated
snapshot holds nothing and is refused (assumption: AWS restores it as any other).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from moto.rds.exceptions import (
    DBClusterSnapshotNotFoundError,
    InvalidDBClusterSnapshotStateFault,
    InvalidParameterCombination,
)
from moto.rds.models import DBClusterSnapshot

from migrate.sandbox.aws.inherited import OF_THE_DATA
from migrate.sandbox.servers.kept_data import KeptData

ARN = re.compile(r"arn:[^:]+:rds:[^:]*:[^:]*:cluster-snapshot:(.+)")
OF_THE_REQUEST = ("snapshot_identifier",)


class SnapshotData:
    """The data of the region's snapshots, by their identifiers."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._data: dict[str, KeptData] = {}

    def hold(self, snapshot: DBClusterSnapshot, keep: Callable[[Path], KeptData]) -> None:
        """Have `keep` fill it; until that is done the snapshot is being created. Raises SandboxError."""
        snapshot.status, snapshot.percent_progress = "creating", 0
        self._data[snapshot.db_cluster_snapshot_identifier] = keep(self._home / uuid.uuid4().hex)
        snapshot.status, snapshot.percent_progress = "available", 100

    def share(self, snapshot: DBClusterSnapshot, copied: DBClusterSnapshot) -> None:
        """A copy of a snapshot holds the same; nothing where that holds nothing."""
        if (held := self._data.get(snapshot.db_cluster_snapshot_identifier)) is not None:
            self._data[copied.db_cluster_snapshot_identifier] = held

    def drop(self, snapshot: DBClusterSnapshot) -> None:
        """Delete what it holds, unless a copy of it holds that too."""
        held = self._data.pop(snapshot.db_cluster_snapshot_identifier, None)
        if held is not None and held not in self._data.values():
            held.remove()

    def of(self, snapshot: DBClusterSnapshot) -> KeptData:
        """Raises InvalidDBClusterSnapshotStateFault while there is nothing to restore."""
        name = snapshot.db_cluster_snapshot_identifier
        if snapshot.status != "available":
            raise InvalidDBClusterSnapshotStateFault(f"The snapshot {name} is in {snapshot.status} state.")
        if name not in self._data:
            raise InvalidDBClusterSnapshotStateFault(
                f"The snapshot {name} cannot be restored: it is {snapshot.snapshot_type}, and the sandbox keeps no data"
                " of such"
            )
        return self._data[name]


def snapshot_named(snapshots: Mapping[str, DBClusterSnapshot], said: str) -> DBClusterSnapshot:
    """By its identifier or its ARN. Raises DBClusterSnapshotNotFoundFault."""
    found = ARN.fullmatch(said)
    name = found[1] if found else said
    if name not in snapshots:
        raise DBClusterSnapshotNotFoundError(name)
    return snapshots[name]


def as_snapshot_was(snapshot: DBClusterSnapshot, held: KeptData, request: Mapping[str, Any]) -> dict[str, Any]:
    """What such a cluster would be created with. Raises InvalidParameterCombination for another engine, or an earlier
    version of it."""
    engine, asked = request["engine"], request.get("engine_version")
    if engine != snapshot.engine:
        raise InvalidParameterCombination(f"Cannot find version {snapshot.engine_version} for {engine}")
    if asked and _numbers(asked) < _numbers(snapshot.engine_version):
        raise InvalidParameterCombination(
            f"The engine version you requested for your restored DB cluster ({asked}) is earlier than the engine"
            f" version of the DB cluster snapshot ({snapshot.engine_version})."
        )
    inherited = {name: getattr(snapshot.cluster, name) for name in OF_THE_DATA}
    named = {name: value for name, value in request.items() if name not in OF_THE_REQUEST}
    return {**inherited, "master_user_password": held.master_password, **named}


def _numbers(version: str) -> list[int]:
    """`8.0.mysql_aurora.3.08.0` → its numbers, in order."""
    return [int(number) for number in re.findall(r"\d+", version)]
