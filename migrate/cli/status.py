"""`status`: where the migration stands, ending with the one next command."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.operations import status as operation
from migrate.report import evidence, owner
from migrate.report.heading import headed
from migrate.report.readiness.words import left, moment
from migrate.ui import results
from migrate.wiring.session import Session


def register(app: typer.Typer) -> None:
    app.command("status")(status)


def status(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Who owns the writes, what was run, what is on record, and the next command.

    \b
    Examples:
      aurora-migrate status
      aurora-migrate status --format json
    """
    with session(config) as opened:
        show(opened, output)


def show(opened: Session, output: Format) -> None:
    found = operation.status(opened)
    if output is Format.JSON:
        results.document(headed("status", asdict(found)))
        return
    results.text(f"{found.migration}: {owner.told(found.owner)}")
    if found.runs:
        results.table(("run", "outcome", "began (UTC)"), found.runs)
    results.text(evidence.lines(found.evidence))
    if found.reverse_window_until:
        until = datetime.fromisoformat(found.reverse_window_until)
        results.text(f"window of the way back ends: {moment(until)} ({left(until, opened.clock.now())})")
    if found.rollback:
        seconds, frozen, basis = (found.rollback[key] for key in ("seconds", "freeze_seconds", "basis"))
        results.text(f"a rollback: about {seconds:.0f} s, frozen for {frozen:.2f} s of these ({basis})")
    results.text(f"next: {found.next_command}")
