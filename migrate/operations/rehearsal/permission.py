"""Whether somebody's own databases may be rehearsed on: only where the settings say that they are not production's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate.errors import SaysNo, StateConflict, UsageError
from migrate.model.database import Side
from migrate.operations import history
from migrate.operations.finalize import refuse_once_begun
from migrate.ports.journal import Journal
from migrate.settings import Settings

PRODUCTION = frozenset({"prod", "prd", "production", "live"})
TAG = "environment"
GONE_ON = ("provision", "replicate")
"""Stages that go on where they were broken off when they are asked for again."""


def refuse_production(settings: Settings) -> None:
    """Raises UsageError unless `[rehearsal] environment` is given, fits the tag, and nothing names production."""
    environment = settings.rehearsal.environment
    if not environment:
        raise UsageError(
            "these settings do not say that they may be rehearsed on, which locks the application out for seconds",
            code="REH-030",
            hint='Say what these databases are: [rehearsal] environment = "staging"',
        )
    for key, value in _names(settings):
        if PRODUCTION & set(re.split(r"[^a-z0-9]+", value.casefold())):
            raise UsageError(
                f"{key} is {value!r}: production is not rehearsed on",
                code="REH-031",
                hint="Give a copy of production a migration.toml of its own, in which nothing is called so.",
            )
    tag = next((value for name, value in settings.target.tags.items() if name.casefold() == TAG), environment)
    if tag.casefold() != environment.casefold():
        raise UsageError(
            f"[rehearsal] environment is {environment!r}, but the cluster's tag says {tag!r}",
            code="REH-032",
            hint="Make both the same; whoever reads the tag must not be misled.",
        )
    if settings.cutover.approvals > 1:
        raise UsageError(
            f"[cutover] approvals asks for {settings.cutover.approvals} people, and a rehearsal is one",
            code="REH-033",
            hint="Set approvals = 1 in the settings that are rehearsed on.",
        )


def refuse_writers(settings: Settings) -> None:
    """Raises UsageError where a sample's application would never learn of the switch."""
    if settings.switch is not None:
        raise UsageError(
            f"a sample's application reads its secret, and what is switched here is the {settings.switched}",
            code="REH-036",
            hint="Leave the sample out: the databases' own application works on. Or leave [switch] out.",
        )


def refuse_begun(journal: Journal) -> None:
    """A rehearsal begins and ends on the source, with nothing under way but what it goes on with itself.

    Raises StateConflict or SaysNo.
    """
    refuse_once_begun(journal)
    begun = next(
        (run for run in history.runs(journal) if run.outcome == history.OPEN and run.stage not in GONE_ON), None
    )
    if begun is not None:
        raise StateConflict(
            f"{begun.run} was begun and has not ended",
            code="REH-034",
            hint="See how to go on: aurora-migrate status",
        )
    if history.owner(journal) is not Side.SOURCE:
        raise SaysNo(
            "the application runs on the target: a rehearsal begins on the source",
            code="REH-035",
            hint="Go back first: aurora-migrate rollback",
        )


def _names(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "[rehearsal] environment", settings.rehearsal.environment
    yield "[migration] name", settings.migration.name
    yield "[source] host", settings.source.host
    yield "[source] database", settings.source.database
    yield "[target] stack", settings.target.stack
    yield "[application] secret", settings.application.secret
    yield "[aws] profile", settings.aws.profile or ""
    for tag, value in settings.target.tags.items():
        yield f"[target] tags {tag}", value
