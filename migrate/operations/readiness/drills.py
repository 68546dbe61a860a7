"""Failovers and restores of the target that were done on purpose."""

from __future__ import annotations

from datetime import datetime

from migrate.model.readiness import Drilled, RestoreMeasured
from migrate.operations.drill import FAILOVER
from migrate.operations.readiness.record import Record
from migrate.operations.restore_drill import RESTORE


def drills(record: Record, now: datetime) -> tuple[Drilled, ...]:
    """Oldest first."""
    return tuple(
        Drilled(
            at=one.taken_at,
            counts=now < one.expires_at,
            writer=str(one.facts["writer"]),
            successor=str(one.facts["successor"]),
            outage_seconds=_number(one.facts["outage_seconds"]) or 0.0,
            acknowledged=int(_number(one.facts["acknowledged"]) or 0),
            lost=int(_number(one.facts["lost"]) or 0),
            feed_seconds=_number(one.facts["feed_seconds"]),
        )
        for one in record.evidence(FAILOVER)
    )


def restores(record: Record, now: datetime) -> tuple[RestoreMeasured, ...]:
    """Oldest first."""
    return tuple(
        RestoreMeasured(
            at=one.taken_at,
            counts=now < one.expires_at,
            restored=str(one.facts["restored"]),
            snapshot=str(one.facts.get("snapshot") or ""),
            recovery_seconds=_number(one.facts["recovery_seconds"]) or 0.0,
            point_seconds=_number(one.facts["point_seconds"]) or 0.0,
            acknowledged=int(_number(one.facts["acknowledged"]) or 0),
            later=int(_number(one.facts["later"]) or 0),
            missing=int(_number(one.facts["missing"]) or 0),
            tables=int(_number(one.facts["tables"]) or 0),
            missing_tables=len(lacking) if isinstance(lacking := one.facts["missing_tables"], list) else 0,
        )
        for one in record.evidence(RESTORE)
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
