"""`sandbox`: the local stand-in for AWS."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from migrate.cli import faults
from migrate.cli.options import Format, Output, watching
from migrate.operations import sandbox
from migrate.signals import heeding_signals
from migrate.ui import results

app = typer.Typer(help="A local process that answers AWS's APIs with real databases behind.", no_args_is_help=True)
app.add_typer(faults.app, name="fault")


class Flavor(StrEnum):
    MYSQL = "mysql"
    MARIADB = "mariadb"


Home = Annotated[Path, typer.Option(help="Folder for its servers and state.")]
HOME = Path(".aurora-migrate/sandbox")


@app.command()
def up(
    home: Home = HOME,
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
    profile: Annotated[str, typer.Option(help="instant or aws-like.")] = "instant",
    detach: Annotated[bool, typer.Option(help="Return once it answers; end it with: sandbox down.")] = False,
    sample: Annotated[Path | None, typer.Option(help="Also start a source server with this sample's data.")] = None,
    scale: Annotated[float, typer.Option(min=0.001, help="Scale of the sample's data.")] = 1.0,
) -> None:
    """Start it and print one JSON line: endpoint_url, pid and, with --sample, how to reach the source.

    \b
    Examples:
      aurora-migrate sandbox up --detach --sample postgres/ledger
    """
    with heeding_signals(), sandbox.up(home, port, profile, detach=detach, sample=sample, scale=scale) as running:
        results.line(running.description)
        running.wait()


@app.command()
def status(home: Home = HOME, output: Output = Format.TEXT) -> None:
    """Its servers, ports and stacks.

    \b
    Examples:
      aurora-migrate sandbox status
    """
    found = sandbox.status(home)
    if output is Format.JSON:
        results.document(found)
    else:
        results.text(f"{key}: {value}" for key, value in found.items())


@app.command()
def down(home: Home = HOME) -> None:
    """Stop it and every server it started.

    \b
    Examples:
      aurora-migrate sandbox down
    """
    sandbox.down(home)
    results.text("the sandbox is down")


@app.command()
def fetch(
    servers: Annotated[list[Flavor] | None, typer.Argument(help="mysql, mariadb; both when none is named.")] = None,
) -> None:
    """Unpack the programs of MySQL and MariaDB into a cache, out of Debian's packages; nothing is installed.

    What is on PATH or unpacked already is taken as it is. PostgreSQL comes with the installation.

    \b
    Examples:
      aurora-migrate sandbox fetch
      aurora-migrate sandbox fetch mysql
    """
    with watching() as ui:
        fetched = sandbox.fetch([one.value for one in servers or ()], ui)
    results.text(fetched)
