"""`assess`: what will bite on Aurora and under DMS, each with its fix."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from checks.fit.facts import Hosting, Wishes
from checks.route import Engine
from migrate.cli.options import DEFAULT_CONFIG, Config, session, watching
from migrate.cli.prefixes import Ignore, Select, prefixes
from migrate.errors import Exit, UsageError
from migrate.model.assessment import AssessmentReport
from migrate.operations import assess as operation
from migrate.operations.assess import Asking
from migrate.report.assessment.render import Form, render
from migrate.settings import load
from migrate.ui import results


def register(app: typer.Typer) -> None:
    app.command("assess")(assess)


def assess(
    context: typer.Context,
    config: Config = DEFAULT_CONFIG,
    schema: Annotated[Path | None, typer.Option(help="A schema dump to assess instead of a live source.")] = None,
    engine: Annotated[Engine | None, typer.Option(help="Engine of the dump.")] = None,
    target: Annotated[
        str | None, typer.Option(help="Target of the dump, e.g. aurora-postgresql:17.5, aurora-mysql:3.10.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="json and sarif are exactly one document.")] = Form.TEXT,
    output: Annotated[Path | None, typer.Option(help="Write the report to this file instead of stdout.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Show what to do about each finding, with the SQL.")] = False,
    select: Select = None,
    ignore: Ignore = None,
    baseline: Annotated[
        Path | None, typer.Option(help="An earlier JSON report: only what is new since then fails.")
    ] = None,
    downtime: Annotated[
        float | None, typer.Option(min=0, help="Minutes that the application may stand still: decides on the method.")
    ] = None,
    way_back: Annotated[
        bool | None, typer.Option("--way-back/--no-way-back", help="Whether a way back after the switch is wanted.")
    ] = None,
    hosting: Annotated[Hosting | None, typer.Option(help="Where the source runs: RDS has ways of its own.")] = None,
    since: Annotated[bool, typer.Option("--since", help="Show what DDL changed since the last assessment.")] = False,
) -> None:
    """Assess the source, or a dump with --schema, --engine and --target. Exit 3 when there are blockers.

    A dump is judged without settings; name them with --config, and their waivers, rules and rates count.

    \b
    Examples:
      aurora-migrate assess
      aurora-migrate assess --schema dump.sql --engine mysql --target aurora-mysql:3.08
    """
    chosen = prefixes(select), prefixes(ignore)

    def asking_of(own: Asking) -> Asking:
        said = Wishes(downtime_minutes=downtime, way_back=way_back, hosting=hosting)
        return own.wishing(said).narrowed(*chosen).against(baseline)

    if schema is None:
        with session(config) as opened:
            report = operation.assess(opened, asking_of(Asking.of(opened.settings)), since=since)
    else:
        settings = load(config) if _named(context, "config") else None
        asking = asking_of(Asking.of(settings) if settings else Asking())
        if settings:
            engine = engine or settings.source.engine
            target = target or f"{settings.target.engine.value}:{settings.target.version}"
        if engine is None or target is None:
            raise UsageError(
                "--schema needs --engine and --target", code="CFG-040", hint="See: aurora-migrate assess --help"
            )
        if since:
            raise UsageError(
                "--since compares live sources: a dump has no journal",
                code="CFG-073",
                hint="Compare two dumps with: aurora-migrate assess --baseline EARLIER.json",
            )
        with watching() as ui:
            report = operation.assess_dump(schema, engine, target, datetime.now(UTC).date(), asking, ui)
    _show(report, form, output, fix=fix)
    if report.failing:
        raise typer.Exit(int(Exit.SAYS_NO))


def _named(context: typer.Context, option: str) -> bool:
    """Whether somebody gave the option, be it with its default's value."""
    source = context.get_parameter_source(option)
    return source is not None and source.name != "DEFAULT"


def _show(report: AssessmentReport, form: Form, output: Path | None, *, fix: bool) -> None:
    told = render(report, form, fix=fix)
    if output is None:
        results.text(told)
        return
    try:
        output.write_text(told.rstrip("\n") + "\n", encoding="utf-8")
    except OSError as problem:
        raise UsageError(
            f"{output} cannot be written: {problem.strerror}", code="CFG-072", hint="Check the path and its rights."
        ) from None
