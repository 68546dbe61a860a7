"""`validate`: proof by content."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session, watching
from migrate.errors import Exit, Interrupted, UsageError
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import compare_urls
from migrate.operations.validation.request import ValidateRequest
from migrate.report.documents import document
from migrate.report.validation_text import lines
from migrate.signals import heeding_signals
from migrate.ui import results


def register(app: typer.Typer) -> None:
    app.command("validate")(validate)


def validate(
    config: Config = DEFAULT_CONFIG,
    source: Annotated[
        str | None, typer.Option(metavar="URL", help="Compare two databases without a configuration.")
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="URL", help="The other one.")] = None,
    tables: Annotated[
        str, typer.Option(metavar="GLOB,…", help="Only these, e.g. shop.orders,audit_*. No evidence for a cutover.")
    ] = "",
    exclude: Annotated[str, typer.Option(metavar="GLOB,…", help="All but these. No evidence for a cutover.")] = "",
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Statements at once on each side.")] = None,
    statement_seconds: Annotated[
        float | None, typer.Option(min=0.1, max=600, help="What one statement is sized to take.")
    ] = None,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="Both sides as of one moment each; only with --source and --target.")
    ] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show the values of rows that differ. They are your users' data.")
    ] = False,
    repair: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write SQL that would mend the differences. It is never run.")
    ] = None,
    most: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Most differences that are named for one table.")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, though an earlier run was broken off.")
    ] = False,
    no_brake: Annotated[bool, typer.Option("--no-brake", help="Do not give way to others on the servers.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on proving what changes since the last clean run, until stopped.")
    ] = False,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=3600, help="Pause between rounds of --follow.")
    ] = 30.0,
    output: Output = Format.TEXT,
) -> None:
    """Compare every row of every table, and what else must be alike: schema, constraints, counters.

    Exit 3 when the sides differ or the verdict is unknown. A run that was broken off goes on where it was.

    \b
    Examples:
      aurora-migrate validate
      aurora-migrate validate --tables 'shop.order*' --show-values
      aurora-migrate validate --follow --every 10
      aurora-migrate validate --repair mend.sql --most 10000
      aurora-migrate validate --source postgresql://me@old/shop --target postgresql://me@new/shop
    """
    request = ValidateRequest(
        tables=_listed(tables),
        exclude=_listed(exclude),
        workers=workers,
        statement_seconds=statement_seconds,
        most=most,
        brake=not no_brake,
        snapshot=snapshot,
        restart=restart,
        show_values=show_values,
        repair=repair,
    )
    urls = _urls(source, target)
    if follow:
        from migrate.cli import following

        following.follow(config, request, every, output, ad_hoc=urls is not None)
        return
    _refuse_contradictions(request, ad_hoc=urls is not None)
    show(_compared(config, urls, request), output)


def _compared(config: Path, urls: tuple[str, str] | None, request: ValidateRequest) -> ValidationReport:
    if urls is None:
        from migrate.operations import validate as operation  # AWS and the state are for this branch alone

        with session(config) as opened:
            return operation.validate(opened, request)
    try:
        with heeding_signals(), watching() as ui:
            return compare_urls.compare(*urls, request, ui)
    except Interrupted as stop:
        stop.hint = "Nothing was kept: the same command begins anew."
        raise


def _urls(source: str | None, target: str | None) -> tuple[str, str] | None:
    if source is not None and target is not None:
        return source, target
    if source is not None or target is not None:
        raise UsageError("--source and --target go together", code="CFG-042", hint="Give both, or neither.")
    return None


def _listed(patterns: str) -> tuple[str, ...]:
    return tuple(pattern.strip() for pattern in patterns.split(",") if pattern.strip())


def _refuse_contradictions(request: ValidateRequest, *, ad_hoc: bool) -> None:
    if request.snapshot and not ad_hoc:
        raise UsageError(
            "--snapshot needs --source and --target",
            code="CFG-052",
            hint="While changes flow, two moments are never one. Leave it out: what is under way is waited for.",
        )
    if request.restart and (ad_hoc or request.partial):
        raise UsageError(
            "--restart is for a run over the whole migration: nothing is kept of others",
            code="CFG-053",
            hint="Leave it out.",
        )


def show(report: ValidationReport, output: Format) -> None:
    """Print the report, and exit with 3 when it is no match."""
    if output is Format.JSON:
        results.document(document(report))
    else:
        results.text(lines(report))
    if report.verdict is not Verdict.MATCH:
        raise typer.Exit(int(Exit.SAYS_NO))
