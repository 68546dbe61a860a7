"""`watch`: the control room. It reads the state database alone and disturbs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output
from migrate.clock import SystemClock
from migrate.errors import Interrupted, UsageError
from migrate.model.control_room import ControlRoom
from migrate.operations.control_room.looks import Glance, looks, once
from migrate.report.control_room import text
from migrate.report.documents import document
from migrate.settings import load
from migrate.signals import heeding_signals
from migrate.ui import results, room
from migrate.wiring.lookout import lookout


def register(app: typer.Typer) -> None:
    app.command("watch")(watch)


def watch(
    config: Config = DEFAULT_CONFIG,
    single: Annotated[bool, typer.Option("--once", help="One look, then end.")] = False,
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.2, max=3600, help="Pause between two looks.")
    ] = 1.0,
    web: Annotated[bool, typer.Option("--web", help="Serve the control room to browsers, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of --web; 0 takes a free one.")] = 0,
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address of --web. Beyond loopback others can reach it, unencrypted.")
    ] = "127.0.0.1",
    output: Output = Format.TEXT,
) -> None:
    """The control room: stages, steps, gates, lag, tables, the freeze clock and the log, as they change.

    Reads the state database and nothing else: no lease, no lock, no question to a server. Start it beside any run, as
    often as you like. On a terminal the view is drawn anew; in a pipe there is a line for whatever is new.

    \b
    Examples:
      aurora-migrate watch
      aurora-migrate watch --once --format json
      aurora-migrate watch --web --port 8088
      aurora-migrate watch -c rehearsal/ledger-20261127-081500/migration.toml
    """
    settings = load(config)
    if web:
        _refuse_contradictions(single, output)
        from migrate.cli import room_web

        room_web.serve(settings, listen, port, interval)
        return
    with lookout(settings) as opened:
        name, clock = settings.migration.name, SystemClock()
        if single:
            _show(once(opened, name, clock), output)
            return
        try:
            with heeding_signals():
                _follow(looks(opened, name, clock, interval), output)
        except Interrupted:
            return


def _refuse_contradictions(single: bool, output: Format) -> None:
    if single or output is Format.JSON:
        raise UsageError(
            "--web goes without --once and --format",
            code="CFG-090",
            hint="The page's data is what `aurora-migrate watch --once --format json` prints.",
        )


def _show(seen: ControlRoom, output: Format) -> None:
    if output is Format.JSON:
        results.document(document(seen))
    else:
        results.text(room.plain(line) for line in text.lines(seen))


def _follow(glances: Iterator[Glance], output: Format) -> None:
    if output is Format.JSON:
        for glance in glances:
            if glance.changed:
                told = document(glance.room)
                results.line({**told, "problem": glance.problem} if glance.problem else told)
                results.flush()
    elif room.watched():
        with room.screen() as (height, draw):
            for glance in glances:
                draw(text.lines(glance.room, height=height(), problem=glance.problem))
    else:
        _tell(glances)


def _tell(glances: Iterator[Glance]) -> None:
    """The whole first look, then what the log says after it, and once that it cannot be read."""
    last, problem = None, ""
    for glance in glances:
        if bool(glance.problem) != bool(problem):
            told = text.blind(glance.problem) or [[("good", "✓ the state can be read again")]]
            results.text(room.plain(line) for line in told)
        problem = glance.problem
        if last is None:
            _show(glance.room, Format.TEXT)
        else:
            known = set(last.log)
            fresh = replace(glance.room, log=tuple(line for line in glance.room.log if line not in known))
            results.text(room.plain(line) for line in text.log_lines(fresh))
        last = glance.room
        results.flush()
