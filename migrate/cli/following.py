"""`validate --follow`: what changes is proven round by round, so that a cutover finds little left to prove."""

from __future__ import annotations

from pathlib import Path

import typer

from migrate.cli.options import Format, session
from migrate.errors import Exit, UsageError
from migrate.model.validation import Verdict
from migrate.operations import follow as operation
from migrate.operations.validation.request import ValidateRequest
from migrate.report.documents import document
from migrate.report.validation_text import lines
from migrate.ui import results


def follow(config: Path, request: ValidateRequest, every: float, output: Format, *, ad_hoc: bool) -> None:
    """One line a round on stderr; the last round's report on stdout.

    Exit 3 when a row really differs; 0 when it was stopped after a round or more, or when a cutover began; 130 when it
    was stopped before.
    """
    if ad_hoc or request != ValidateRequest():
        raise UsageError(
            "--follow goes with --every and --format only",
            code="CFG-057",
            hint="It proves what changed since the last clean validation of the whole migration.",
        )
    with session(config) as opened:
        report = operation.follow(opened, every=every)
    if output is Format.JSON:
        results.document(document(report))
    else:
        results.text(lines(report))
    if report.verdict is Verdict.DIFFERS:
        raise typer.Exit(int(Exit.SAYS_NO))
