"""`runbook`: what will be done, in prose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.operations import runbooks
from migrate.operations.by_hand import SWITCHES, by_hand
from migrate.operations.expected import rehearsed
from migrate.report.runbook import abort, markdown
from migrate.settings import load
from migrate.ui import results

app = typer.Typer(
    help="The runbooks: order, gates and prose of every stage that hands something over.", no_args_is_help=True
)

Rehearsal = Annotated[
    Path | None, typer.Option("--rehearsal", help="The rehearsal.json whose times are told beside the steps.")
]
Own = Annotated[Path | None, typer.Option("-c", "--config", help="Settings of a migration with runbooks of its own.")]


@app.command()
def show(name: str, config: Own = None, rehearsal: Rehearsal = None) -> None:
    """Print a runbook as Markdown: cutover, rollback or finalize, or abort, which undoes a cutover by hand.

    With the settings of a migration, by its own names.

    \b
    Examples:
      aurora-migrate runbook show cutover
      aurora-migrate runbook show abort
      aurora-migrate runbook show cutover -c migration.toml --rehearsal rehearsal/rehearsal.json
    """
    results.text(_page(name, config, rehearsal))


@app.command()
def render(
    folder: Annotated[Path, typer.Option(help="Where the pages go.")] = Path("runbooks/rendered"),
    config: Own = None,
    rehearsal: Rehearsal = None,
) -> None:
    """Write every runbook as a Markdown page: for each step whose it is, how it is done by hand, how to tell that it
    worked.

    \b
    Examples:
      aurora-migrate runbook render --folder pages -c migration.toml
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in runbooks.PAGES:
        (folder / f"{name}.md").write_text(_page(name, config, rehearsal), encoding="utf-8")


@app.command()
def copy(folder: Annotated[Path, typer.Argument(help="Where the copies go.")] = Path("runbooks")) -> None:
    """Copy the shipped runbooks, to be changed; name the folder as runbooks under cutover.

    \b
    Examples:
      aurora-migrate runbook copy runbooks
    """
    for path in runbooks.copy(folder):
        results.text(str(path))


def _page(name: str, config: Path | None, rehearsal: Path | None) -> str:
    settings = load(config) if config else None
    if name == runbooks.ABORT:
        found = runbooks.runbook(settings, "cutover")
        return abort(found, by_hand(found, settings), SWITCHES)
    found = runbooks.runbook(settings, name)
    expectation = rehearsed(rehearsal, name) if rehearsal else None
    return markdown(found, by_hand(found, settings, expectation), expectation.basis if expectation else "")
