"""The size of a target, recommended from the source's own counters."""

from __future__ import annotations

from migrate.stages.provision.sizing import Load, Recommendation, recommend
from migrate.wiring.session import Session


def sizing(session: Session, load: Load) -> Recommendation:
    """Reads only. Raises SourceError."""
    return recommend(session.source.measures.size(), load, session.settings.target.engine)
