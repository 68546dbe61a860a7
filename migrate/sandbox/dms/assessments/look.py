"""Both servers, opened for an assessment: the task's tables as they are, and questions of the engine's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from migrate.sandbox.dms.logins import Login
from migrate.sandbox.dms.mappings import parse
from migrate.sandbox.dms.resources import Job
from migrate.sandbox.dms.worker.engines import FAMILIES
from migrate.sandbox.dms.worker.reporting import Reporter
from migrate.sandbox.dms.worker.spec import Endpoint, Settings
from migrate.sandbox.dms.worker.tables import Table

Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]
"""SQL and its parameters in, rows out."""


@dataclass(frozen=True)
class Look:
    """`pairs` are the selected tables of the source, each with the target's, None where it has none."""

    captures: bool
    loads: bool
    settings: Settings
    source_settings: dict[str, Any]
    target_settings: dict[str, Any]
    pairs: tuple[tuple[Table[Any], Table[Any] | None], ...]
    ask_source: Ask
    ask_target: Ask

    @property
    def source_names(self) -> list[tuple[str, str]]:
        return [(source.schema, source.name) for source, _ in self.pairs]

    @property
    def target_names(self) -> list[tuple[str, str]]:
        return [(target.schema, target.name) for _, target in self.pairs if target is not None]

    @property
    def schemas(self) -> list[str]:
        """Of the source's tables; never empty, so that it can stand behind IN."""
        return sorted({schema for schema, _ in self.source_names}) or [""]


@contextmanager
def opened(job: Job, source: Login, target: Login) -> Iterator[Look]:
    """Raises what the worker's connections raise."""
    engine = FAMILIES[source.engine](Reporter(lambda _: None))
    ends = [Endpoint.parse(login.document()) for login in (source, target)]
    there = engine.connect_source(ends[0])
    try:
        here = engine.connect_target(ends[1])
        try:
            settings = Settings(job.settings)
            selections = parse(job.mappings).select(
                engine.list_tables(there), target_schema=settings.text("TargetMetadata", "TargetSchema")
            )
            sources = engine.describe(there, [(one.schema, one.table) for one in selections])
            targets = engine.describe(here, [(one.target_schema, one.target_table) for one in selections])
            yield Look(
                captures=job.migration_type != "full-load",
                loads=job.migration_type != "cdc",
                settings=settings,
                source_settings=source.settings,
                target_settings=target.settings,
                pairs=tuple(
                    (sources[one.schema, one.table], targets.get((one.target_schema, one.target_table)))
                    for one in selections
                    if (one.schema, one.table) in sources
                ),
                ask_source=_asking(there),
                ask_target=_asking(here),
            )
        finally:
            here.close()
    finally:
        there.close()


def _asking(session: Any) -> Ask:
    def ask(text: str, parameters: object = None) -> Rows:
        with session.cursor() as cursor:
            cursor.execute(text, parameters)
            return list(cursor.fetchall())

    return ask
