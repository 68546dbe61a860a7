"""`replicate status`: how replication stands, once or again and again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from migrate.cli import drift
from migrate.cli.options import DEFAULT_CONFIG, Config, session
from migrate.errors import Exit, Interrupted, UsageError
from migrate.model.feed_status import ReplicationReport
from migrate.operations import watch as operation
from migrate.report.documents import document
from migrate.report.replication import prometheus, text
from migrate.ui import results
from migrate.ui.live import live


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    PROMETHEUS = "prometheus"


def register(app: typer.Typer) -> None:
    app.command("status")(status)


def status(
    config: Config = DEFAULT_CONFIG,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again, until Ctrl-C.")] = False,
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.2, max=3600, help="Pause between looks of --watch.")
    ] = 5.0,
    heartbeat: Annotated[
        bool, typer.Option("--heartbeat", help="Measure the lag: write a marker row at each look.")
    ] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Count every row and measure large values too; reads every table.")
    ] = False,
    output: Annotated[
        Form, typer.Option("--format", help="json: one document, or a line a look. prometheus: for a textfile.")
    ] = Form.TEXT,
) -> None:
    """How replication stands, and what DMS does not say of it.

    Takes no lease and disturbs no run; writes nothing but the row of --heartbeat. Exit 3 when a finding is a blocker;
    --watch that is stopped ends with 0.

    \b
    Examples:
      aurora-migrate replicate status
      aurora-migrate replicate status --watch --interval 2 --heartbeat
      aurora-migrate replicate status --format prometheus > /var/lib/node_exporter/migration.prom
    """
    request = operation.WatchRequest(every=interval, heartbeat=heartbeat, deep=deep)
    if watch and deep:
        raise UsageError(
            "--deep goes without --watch",
            code="CFG-068",
            hint="It reads every row of every table: once, at a quiet time.",
        )
    if watch:
        _watch(config, request, output)
        return
    with session(config) as opened:
        report = operation.once(opened, request)
        report = replace(report, changed=drift.told(opened))
    _show(report, output)
    if report.blockers:
        raise typer.Exit(int(Exit.SAYS_NO))


def _watch(config: Config, request: operation.WatchRequest, output: Form) -> None:
    try:
        with session(config) as opened:
            _follow(operation.watch(opened, request), output)
    except Interrupted:
        return


def _follow(reports: Iterator[ReplicationReport], output: Form) -> None:
    if output is Form.TEXT and sys.stdout.isatty():
        with live() as draw:
            for report in reports:
                draw(text.lines(report))
        return
    for report in reports:
        if output is Form.JSON:
            results.line(document(report))
        elif output is Form.PROMETHEUS:
            results.text(prometheus.lines(report))
        else:
            results.text(text.line(report))
        sys.stdout.flush()


def _show(report: ReplicationReport, output: Form) -> None:
    match output:
        case Form.JSON:
            results.document(document(report))
        case Form.PROMETHEUS:
            results.text(prometheus.lines(report))
        case Form.TEXT:
            results.text(text.lines(report))
