"""What RestoreDBClusterToPointInTime asks for, and what the restored cluster has of its origin.

Source: RDS's API model, RestoreDBClusterToPointInTime: one of RestoreToTime and UseLatestRestorableTime, the time
before the latest restorable one, none with copy-on-write; no parameter group, subnet group or deletion protection but
what the request names. The sandbox keeps no history and copies the running server as it is: the latest restorable time
is now, an earlier one is refused, a copy-on-write clone is a full copy (assumption: on AWS it is up to five minutes
old, and a time that cannot be restored is InvalidParameterValue). The master's password is the one in the data, and no
secret holds it (assumption). A stopped cluster, which AWS restores from, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue

from migrate.sandbox.aws.cluster import ServedCluster
from migrate.sandbox.aws.inherited import OF_THE_DATA

STILL_NOW = timedelta(seconds=5)
ASKS = ("source_db_cluster_identifier", "restore_type", "restore_to_time", "use_latest_restorable_time")
INHERITED = ("engine", "engine_version", *OF_THE_DATA)


def require_present(request: Mapping[str, Any]) -> None:
    """Raises InvalidParameterCombination or InvalidParameterValue for all but the present moment."""
    wanted, latest = request.get("restore_to_time"), bool(request.get("use_latest_restorable_time"))
    if (wanted is not None) == latest:
        raise InvalidParameterCombination("Specify either RestoreToTime or UseLatestRestorableTime, and not both")
    if wanted is None:
        return
    if request.get("restore_type") == "copy-on-write":
        raise InvalidParameterCombination("RestoreToTime cannot be specified when RestoreType is copy-on-write")
    now = datetime.now(UTC)
    asked = wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)
    if asked > now:
        raise InvalidParameterValue(f"RestoreToTime {asked:%FT%TZ} is after the latest restorable time {now:%FT%TZ}")
    if now - asked > STILL_NOW:
        raise InvalidParameterValue(
            f"RestoreToTime {asked:%FT%TZ} cannot be restored: the sandbox keeps no history, and restores to"
            f" the latest restorable time {now:%FT%TZ} only"
        )


def as_restored(origin: ServedCluster, request: Mapping[str, Any]) -> dict[str, Any]:
    """What such a cluster would be created with."""
    inherited = {name: getattr(origin, name) for name in INHERITED}
    named = {name: value for name, value in request.items() if name not in ASKS}
    return {**inherited, "master_user_password": origin.server.master_password, **named}
