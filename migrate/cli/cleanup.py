"""`cleanup`: what a migration leaves, and its removal."""

from __future__ import annotations

from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.errors import UsageError
from migrate.model.leftover import Leftover
from migrate.operations import retire
from migrate.operations.leftovers import Look, look
from migrate.report.heading import headed
from migrate.ui import results


def register(app: typer.Typer) -> None:
    app.command("cleanup")(cleanup)


def cleanup(
    config: Config = DEFAULT_CONFIG,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what is left; so it is without --confirm.")] = False,
    confirm: Annotated[str, typer.Option(help="The migration's name: what is shown as removable goes.")] = "",
    abandon: Annotated[
        bool, typer.Option("--abandon", help="The migration ends before it was finalized, on the source.")
    ] = False,
    output: Output = Format.TEXT,
) -> None:
    """Look for what the migration left in AWS and on both servers, what it costs, and remove it when confirmed.

    \b
    Examples:
      aurora-migrate cleanup
      aurora-migrate cleanup --confirm shop
    """
    if plan and confirm:
        raise UsageError("--plan shows only, --confirm acts", code="CLN-006", hint="Give one of the two.")
    with session(config) as opened:
        if confirm or abandon:
            show(opened.name, retire.cleanup(opened, confirm, abandon=abandon), output)
        else:
            show(opened.name, look(opened, opened.history), output)


def show(migration: str, seen: Look, output: Format) -> None:
    if output is Format.JSON:
        body = {
            "migration": migration,
            "leftovers": [
                {"kind": one.kind.value, "where": one.where, "name": one.name, "cost": one.cost, "bytes": one.size,
                 "removable": not one.kept, "kept": one.kept}
                for one in seen.found
            ],
            "unseen": [{"where": side, "why": why} for side, why in seen.unseen],
        }  # fmt: skip
        results.document(headed("leftovers", body))
        return
    if seen.found:
        rows = [(one.where, one.kind.value, one.name, _cost(one), one.kept or "removable") for one in seen.found]
        results.table(("where", "what", "name", "as long as it stands", "cleanup"), rows, title=f"left of {migration}")
    elif not seen.unseen:
        results.text(f"nothing is left of {migration}")
    results.text(f"the {side} could not be looked at: {why}" for side, why in seen.unseen)


def _cost(one: Leftover) -> str:
    return one.cost if one.size is None else f"{one.cost} ({one.size / 2**20:,.1f} MiB)"
