"""The schema's shape in the journal: written when it changed, read to say what changed since."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from migrate.model.assessment import Drift
from migrate.ports.database import Database
from migrate.ports.journal import Journal
from migrate.stages.assess.shape import Shape, changes, digest, packed, shape, unpacked

RECORD = "schema-shape"


def remember(journal: Journal, now: Shape, schemas: Sequence[str], expires_at: datetime) -> None:
    """Record the shape of these schemas (empty: all), unless it is the one that was recorded last."""
    last = journal.evidence(RECORD)
    same = last and last[-1].facts["digest"] == digest(now) and last[-1].facts["schemas"] == list(schemas)
    if not same:
        facts = {"digest": digest(now), "schemas": list(schemas), "objects": packed(now)}
        journal.record(RECORD, run="assess", expires_at=expires_at, facts=facts)


def drift_since(journal: Journal, now: Shape) -> Drift:
    """What changed since the last assessment on record; its `since` is None where there is none."""
    shapes, assessed = journal.evidence(RECORD), journal.evidence("assessment")
    if not shapes or not assessed:
        return Drift(since=None)
    earlier = unpacked(str(shapes[-1].facts["objects"]))
    return dataclasses.replace(changes(earlier, now), since=assessed[-1].taken_at)


def drift_now(journal: Journal, source: Database) -> Drift | None:
    """What changed on the source since its last assessment, in the schemas that were assessed; None without one."""
    shapes = journal.evidence(RECORD)
    if not shapes:
        return None
    schemas = shapes[-1].facts["schemas"]
    asked = [str(schema) for schema in schemas] if isinstance(schemas, list | tuple) else []
    return drift_since(journal, shape(source.catalog(asked)))
