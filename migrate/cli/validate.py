"""`validate`: proof by content."""

from __future__ import annotations

from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session, watching
from migrate.errors import Exit, UsageError
from migrate.model.validation import ValidationReport, Verdict
from migrate.operations import compare_urls
from migrate.operations import validate as operation
from migrate.report.documents import document
from migrate.ui import results


def register(app: typer.Typer) -> None:
    app.command("validate")(validate)


def validate(
    config: Config = DEFAULT_CONFIG,
    source: Annotated[str | None, typer.Option(help="Compare two databases without a configuration: a URL.")] = None,
    target: Annotated[str | None, typer.Option(help="The other URL.")] = None,
    output: Output = Format.TEXT,
) -> None:
    """Compare every row of every table. Exit 3 when the sides differ or the verdict is unknown."""
    if (source is None) != (target is None):
        raise UsageError("--source and --target go together", code="CFG-042", hint="Give both, or neither.")
    if source is not None and target is not None:
        with watching() as ui:
            report = compare_urls.compare(source, target, ui)
    else:
        with session(config) as opened:
            report = operation.validate(opened)
    show(report, output)
    if report.verdict is not Verdict.MATCH:
        raise typer.Exit(int(Exit.SAYS_NO))


def show(report: ValidationReport, output: Format) -> None:
    if output is Format.JSON:
        results.document(document(report))
        return
    rows = [
        (str(t.table), t.verdict.value, f"{t.source_rows:,}", f"{t.target_rows:,}", str(len(t.differences)), t.reason)
        for t in report.tables
    ]
    results.table(("table", "verdict", "source rows", "target rows", "differences", "why"), rows)
    for table in report.tables:
        for found in table.differences[:10]:
            columns = f" ({', '.join(found.columns)})" if found.columns else ""
            results.text(f"  {found.table} {found.key}: {found.kind.value}{columns}")
    results.text(f"verdict: {report.verdict.value}, {report.rows:,} rows in {report.seconds:.1f} s")
