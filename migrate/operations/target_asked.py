"""What a plan has to know of the target beside its tables: which roles and extensions of the source it has."""

from __future__ import annotations

from checks.facts import Catalog
from migrate.errors import AwsError, SourceError, TargetError, UsageError
from migrate.events import Noted
from migrate.model.database import Side
from migrate.operations.handover import friends
from migrate.ports.database import Database
from migrate.stages.replicate.planning.asked_target import AskedExtensions, AskedRoles
from migrate.wiring.session import Session

UNOFFERED = "PG601"


def target(session: Session, *, needed: bool) -> Database | None:
    """None, and told, before there is one. Raises TargetError where it is `needed` and does not answer."""
    try:
        session.target.identity()
        return session.target
    except (AwsError, UsageError, TargetError) as problem:
        if needed and isinstance(problem, TargetError):
            raise
        session.emit(Noted(f"roles and extensions cannot be held against the target yet: {problem}", warning=True))
        return None


def roles(session: Session, catalog: Catalog, there: Database | None, *, needed: bool) -> AskedRoles:
    """Raises SourceError where they are `needed` and may not be read."""
    settings = session.settings
    kept = {*friends(session, Side.SOURCE), *friends(session, Side.TARGET), *_application(session)}
    try:
        named = session.source.schema.named_roles(settings.source.schemas or catalog.schemas)
    except SourceError as problem:
        if needed:
            raise
        session.emit(Noted(f"roles that the schema names cannot be read: {problem}", warning=True))
        return AskedRoles(kept=frozenset(kept))
    asked = AskedRoles(
        named=tuple(one for one in named if one.name not in kept), mapping=settings.roles, kept=frozenset(kept)
    )
    if there is None:
        return asked
    return AskedRoles(
        named=asked.named,
        mapping=asked.mapping,
        kept=asked.kept,
        lacking=there.schema.lacking(asked.wanted),
        makes=there.schema.makes_roles(),
    )


def _application(session: Session) -> tuple[str, ...]:
    """Its login; none while there is no secret yet, which is asked for at its own time."""
    try:
        return (session.traffic.credentials().user,)
    except (AwsError, UsageError):
        return ()


def extensions(session: Session, there: Database | None) -> AskedExtensions:
    settings, today = session.settings, session.clock.now().date()
    return AskedExtensions(
        target_version=settings.target.version,
        waived=tuple(one.object for one in settings.waivers if one.code == UNOFFERED and one.expires >= today),
        available=None if there is None else there.schema.extensions(),
    )
