"""`report`: what a project lead asks of the migration, and `report verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.errors import Exit, UsageError
from migrate.model.readiness import ReadinessReport
from migrate.operations.readiness import kept_reports as kept
from migrate.operations.readiness import verify as verifying
from migrate.operations.readiness.compare import compared
from migrate.operations.readiness.report import report as make
from migrate.report.heading import headed
from migrate.report.readiness.page import page
from migrate.report.readiness.render import Form, render
from migrate.ui import results

app = typer.Typer(invoke_without_command=True)

PAGE = Path("readiness.html")
Rehearsals = Annotated[
    Path | None, typer.Option(help="Folder with kept reports of rehearsals, in place of that of migration.toml.")
]


@app.callback()
def report(
    context: typer.Context,
    config: Config = DEFAULT_CONFIG,
    form: Annotated[Form, typer.Option("--format", help="html is one self-contained page; json is one document.")] = (
        Form.HTML
    ),
    output: Annotated[
        Path | None, typer.Option(help=f"Write the report to this file. html goes to {PAGE} where none is named.")
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="EARLIER.json", help="Tell what changed since this report in JSON; `last`: since the last one kept."
        ),
    ] = None,
    rehearsals: Rehearsals = None,
) -> None:
    """Go or no-go and why, made from the journal and the kept rehearsals alone: asks no database and no AWS.

    What is written to a file is kept as JSON, too, below .aurora-migrate/reports beside migration.toml.

    Exit 0 also when it is no go: the answer stands in the report.

    \b
    Examples:
      aurora-migrate report
      aurora-migrate report --format json --output monday.json
      aurora-migrate report --compare last
      aurora-migrate report --compare monday.json --output tuesday.html
      aurora-migrate report --format markdown
    """
    if context.invoked_subcommand is not None:
        return
    with session(config) as opened:
        made = make(opened, rehearsals)
        home = opened.settings.home
    shown = compared(made, kept.earlier(home, made.migration, compare)) if compare is not None else made
    file = output or (PAGE if form is Form.HTML else None)
    _show(shown, form, file)
    if file is not None:
        _keep(made, home)


def _keep(made: ReadinessReport, home: Path) -> None:
    """A folder that cannot be written to takes nobody the report."""
    try:
        results.text(f"kept to compare with: {kept.keep(made, home)}")
    except OSError as problem:
        results.text(f"not kept to compare with: {problem.strerror}")


def _show(made: ReadinessReport, form: Form, output: Path | None) -> None:
    told = render(made, form)
    if output is None:
        results.text(told)
        return
    try:
        output.write_text(told.rstrip("\n") + "\n", encoding="utf-8")
    except OSError as problem:
        raise UsageError(
            f"{output} cannot be written: {problem.strerror}", code="CFG-082", hint="Check the path and its rights."
        ) from None
    shown = page(made)
    results.text(f"{shown.verdict.upper()}: {shown.headline}")
    results.text(f"report: {output}")


@app.command("verify")
def verify(
    config: Config = DEFAULT_CONFIG,
    against: Annotated[
        Path | None, typer.Option(metavar="EARLIER.json", help="A report in JSON that the journal must still bear out.")
    ] = None,
    rehearsals: Rehearsals = None,
    output: Output = Format.TEXT,
) -> None:
    """Check the evidence again: the journal's hash chain, and the report of each kept rehearsal.

    Exit 3 when one was changed; exit 4 when the journal's own chain is broken.

    \b
    Examples:
      aurora-migrate report verify
      aurora-migrate report verify --against monday.json
    """
    with session(config) as opened:
        checked = verifying.verify(opened, rehearsals, against)
    if output is Format.JSON:
        results.document(headed("evidence", {"checked": [vars(one).copy() for one in checked]}))
    else:
        words = {True: "holds", False: "BROKEN", None: "cannot be told"}
        results.table(("what", "answer", "because"), [(one.what, words[one.holds], one.told) for one in checked])
    if any(one.holds is False for one in checked):
        raise typer.Exit(int(Exit.SAYS_NO))
