"""Failovers of the target that were done on purpose."""

from __future__ import annotations

from datetime import datetime

from migrate.model.readiness import Drilled
from migrate.operations.drill import FAILOVER
from migrate.operations.readiness.record import Record


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


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
