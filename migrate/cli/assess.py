"""`assess`: what will bite on Aurora and under DMS, each with its fix."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from checks.route import Engine
from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session, watching
from migrate.errors import Exit, UsageError
from migrate.model.assessment import AssessmentReport
from migrate.operations import assess as operation
from migrate.report.documents import document
from migrate.ui import results


def register(app: typer.Typer) -> None:
    app.command("assess")(assess)


def assess(
    config: Config = DEFAULT_CONFIG,
    schema: Annotated[Path | None, typer.Option(help="A schema dump to assess instead of a live source.")] = None,
    engine: Annotated[Engine | None, typer.Option(help="Engine of the dump.")] = None,
    target: Annotated[
        str | None, typer.Option(help="Target of the dump, e.g. aurora-postgresql:17.5, aurora-mysql:3.10.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Assess the source, or a dump with --schema, --engine and --target. Exit 3 when there are blockers."""
    if schema is None:
        with session(config) as opened:
            report = operation.assess(opened)
    else:
        if engine is None or target is None:
            raise UsageError(
                "--schema needs --engine and --target", code="CFG-040", hint="See: aurora-migrate assess --help"
            )
        with watching():
            report = operation.assess_dump(schema, engine, target, datetime.now(UTC).date())
    show(report, output)
    if report.summary.blocker:
        raise typer.Exit(int(Exit.SAYS_NO))


def show(report: AssessmentReport, output: Format) -> None:
    if output is Format.JSON:
        results.document(document(report))
        return
    results.text(str(report.route))
    rows = [(f.code, f.severity.value, str(f.object), f.message) for f in report.findings if not f.waived_by]
    if rows:
        results.table(("code", "severity", "object", "what"), rows)
    summary = report.summary
    results.text(f"{summary.blocker} blockers, {summary.warning} warnings, {summary.notice} notices")
    if rows:
        results.text("The fix for each: aurora-migrate checks explain CODE")
