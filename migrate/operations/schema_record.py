"""The schema's shape in the journal: written when it changed, read to say what changed since."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from migrate.model.assessment import Drift
from migrate.ports.journal import Journal
from migrate.stages.assess.shape import Shape, changes, digest, packed, unpacked

RECORD = "schema-shape"


def remember(journal: Journal, now: Shape, expires_at: datetime) -> None:
    """Record the shape, unless it is the one that was recorded last."""
    last = journal.evidence(RECORD)
    if not last or last[-1].facts.get("digest") != digest(now):
        journal.record(
            RECORD, run="assess", expires_at=expires_at, facts={"digest": digest(now), "objects": packed(now)}
        )


def drift_since(journal: Journal, now: Shape) -> Drift:
    """What changed since the last assessment on record."""
    shapes, assessed = journal.evidence(RECORD), journal.evidence("assessment")
    if not shapes or not assessed:
        return Drift(since=None)
    earlier = unpacked(str(shapes[-1].facts["objects"]))
    return dataclasses.replace(changes(earlier, now), since=assessed[-1].taken_at)
