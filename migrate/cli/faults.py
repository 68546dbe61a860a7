"""`sandbox fault`: what goes wrong in real migrations, at a word."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from migrate.cli.options import Format, Output
from migrate.operations import faults
from migrate.ui import results

app = typer.Typer(help="Let something fail in a running sandbox.", no_args_is_help=True)

Home = Annotated[Path, typer.Option(help="Folder of the sandbox; a rehearsal's is WORK/sandbox.")]
HOME = Path(".aurora-migrate/sandbox")


@app.command("list")
def list_(home: Home = HOME, output: Output = Format.TEXT) -> None:
    """What can be set, and what was set.

    \b
    Examples:
      aurora-migrate sandbox fault list
    """
    found = faults.listed(home)
    if output is Format.JSON:
        results.document(found)
        return
    results.table(
        ("fault", "lasts", "takes", "what it does"),
        [(one["fault"], _lasts(one), ", ".join(one["takes"]), one["what"]) for one in found["known"]],
    )
    if found["set"]:
        results.table(("id", "fault", "state", "what was done"), [_line(one) for one in found["set"]])


@app.command("set")
def set_(
    fault: Annotated[str, typer.Argument(help="A name of `sandbox fault list`.")],
    home: Home = HOME,
    seconds: Annotated[float | None, typer.Option(help="How long it lasts.")] = None,
    side: Annotated[str | None, typer.Option(help="source or target of the tasks.")] = None,
    server: Annotated[str | None, typer.Option(help="Name of a server, where there are several.")] = None,
    table: Annotated[str | None, typer.Option(help="schema.table of the target.")] = None,
    rate: Annotated[float | None, typer.Option(help="Per second: requests, or changes.")] = None,
    output: Output = Format.TEXT,
) -> None:
    """Begin a fault; returns when it has begun. Exit 2 for one that cannot be.

    \b
    Examples:
      aurora-migrate sandbox fault set source-restart
    """
    one = faults.put(home, fault, seconds=seconds, side=side, server=server, table=table, rate=rate)
    if output is Format.JSON:
        results.document(one)
    else:
        end = f", until {one['until']}" if one["until"] else ""
        results.text(f"{one['id']}: {one['did']}{end}")


@app.command("clear")
def clear(
    which: Annotated[str, typer.Argument(help="An id or a name; all that are active when left out.")] = "",
    home: Home = HOME,
    output: Output = Format.TEXT,
) -> None:
    """End what is active.

    \b
    Examples:
      aurora-migrate sandbox fault clear
    """
    cleared = faults.clear(home, which)
    if output is Format.JSON:
        results.document({"cleared": cleared})
    else:
        results.text([f"{one['id']}: {one['fault']} {one['state']}" for one in cleared] or "no fault was active")


def _lasts(known: dict[str, Any]) -> str:
    if "seconds" not in known["takes"]:
        return "at once"
    return f"{known['seconds']:g} s" if known["seconds"] else "until cleared"


def _line(one: dict[str, Any]) -> tuple[str, ...]:
    problem = f" ({one['problem']})" if one["problem"] else ""
    return str(one["id"]), one["fault"], one["state"] + problem, one["did"]
