"""`runbook`: what will be done, in prose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.model.runbook import Runbook
from migrate.operations import runbooks
from migrate.report.runbook import markdown
from migrate.settings import load
from migrate.ui import results

app = typer.Typer(
    help="The runbooks: order, gates and prose of every stage that hands something over.", no_args_is_help=True
)

Own = Annotated[Path | None, typer.Option("-c", "--config", help="Settings of a migration with runbooks of its own.")]


@app.command()
def show(name: str, config: Own = None) -> None:
    """Print a runbook as Markdown: cutover, rollback or finalize.

    \b
    Examples:
      aurora-migrate runbook show cutover
    """
    results.text(markdown(_found(name, config)))


@app.command()
def render(
    folder: Annotated[Path, typer.Option(help="Where the pages go.")] = Path("runbooks/rendered"), config: Own = None
) -> None:
    """Write every runbook as a Markdown page.

    \b
    Examples:
      aurora-migrate runbook render --folder pages
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in runbooks.NAMES:
        (folder / f"{name}.md").write_text(markdown(_found(name, config)), encoding="utf-8")


@app.command()
def copy(folder: Annotated[Path, typer.Argument(help="Where the copies go.")] = Path("runbooks")) -> None:
    """Copy the shipped runbooks, to be changed; name the folder as runbooks under cutover.

    \b
    Examples:
      aurora-migrate runbook copy runbooks
    """
    for path in runbooks.copy(folder):
        results.text(str(path))


def _found(name: str, config: Path | None) -> Runbook:
    return runbooks.runbook(load(config) if config else None, name)
