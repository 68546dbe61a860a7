"""`runbook`: what will be done, in prose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate.report.runbook import markdown
from migrate.runner.load import load
from migrate.shipped import shipped
from migrate.ui import results

app = typer.Typer(
    help="The runbooks: order, gates and prose of every stage that hands something over.", no_args_is_help=True
)

NAMES = ("cutover", "rollback", "finalize")


@app.command()
def show(name: str) -> None:
    """Print a runbook as Markdown."""
    results.text(markdown(load(shipped("runbooks") / f"{name}.toml")))


@app.command()
def render(folder: Annotated[Path, typer.Option(help="Where the pages go.")] = Path("runbooks/rendered")) -> None:
    """Write every runbook as a Markdown page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.md").write_text(markdown(load(shipped("runbooks") / f"{name}.toml")), encoding="utf-8")
