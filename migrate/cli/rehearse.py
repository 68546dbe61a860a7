"""`rehearse`: a whole migration on real local servers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.options import Format, Output, watching
from migrate.clock import SystemClock
from migrate.errors import Exit
from migrate.model.rehearsal import RehearsalVerdict
from migrate.operations.rehearsal import rehearse as operation
from migrate.operations.rehearsal.planned import read
from migrate.operations.rehearsal.sample import load
from migrate.report.documents import document
from migrate.runner.signals import heeding_signals
from migrate.ui import results


def register(app: typer.Typer) -> None:
    app.command("rehearse")(rehearse)


def rehearse(
    sample: Annotated[
        Path, typer.Argument(help="A sample: postgres/ledger, mysql/shop, mariadb/press, or a folder like them.")
    ],
    scale: Annotated[float, typer.Option(min=0.001, help="1.0 is about 200,000 rows.")] = 1.0,
    rate: Annotated[float | None, typer.Option(min=1, help="Transactions offered per second.")] = None,
    sessions: Annotated[int | None, typer.Option(min=1, max=200, help="Application sessions.")] = None,
    profile: Annotated[str, typer.Option(help="Timing of the sandbox: instant or aws-like.")] = "instant",
    work: Annotated[Path | None, typer.Option(help="Folder for servers, journal and report.")] = None,
    faults: Annotated[
        str, typer.Option(help="What shall go wrong: a TOML file, or NAME[@WHEN],… (see: sandbox fault list).")
    ] = "",
    output: Output = Format.TEXT,
) -> None:
    """Rehearse assess to finalize, with rollback and a second cutover, under load. Exit 3 when it fails.

    \b
    Examples:
      aurora-migrate rehearse postgres/ledger
      aurora-migrate rehearse mysql/shop --scale 0.1 --faults source-restart@cutover
    """
    chosen = load(sample)
    folder = work or Path("rehearsal") / f"{chosen.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    asked = operation.Asked(
        sample=chosen,
        scale=scale,
        rate=rate or chosen.rate,
        sessions=sessions or chosen.sessions,
        profile=profile,
        work=folder.resolve(),
        faults=read(faults),
    )
    with heeding_signals(), watching() as ui:
        rehearsed = operation.rehearse(asked, ui, SystemClock())
    report = rehearsed.report
    if output is Format.JSON:
        results.document(document(report))
    else:
        results.table(("stage", "outcome", "seconds"), [(s.name, s.outcome, f"{s.seconds:.1f}") for s in report.stages])
        for handover in report.handovers:
            gap = f"{handover.write_gap_seconds:.2f} s" if handover.write_gap_seconds is not None else "not seen"
            results.text(f"{handover.run}: frozen for {handover.freeze_seconds:.2f} s, write gap {gap}")
        if report.ledger is not None:
            ledger = report.ledger
            results.text(
                f"ledger: {ledger.acknowledged:,} acknowledged, {ledger.refused:,} refused, "
                f"{ledger.indeterminate:,} indeterminate; {ledger.lost} lost, {ledger.duplicated} duplicated"
            )
        for fault in report.faults:
            results.text(f"fault {fault.name} ({fault.when}): {fault.outcome}; {'; '.join(fault.observed)}")
        results.text(f"verdict: {report.verdict.value}{f' ({report.reason})' if report.reason else ''}")
        results.text(f"report: {rehearsed.html_file}")
    if report.verdict is not RehearsalVerdict.PASSED:
        raise typer.Exit(int(Exit.SAYS_NO))
