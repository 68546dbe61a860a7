"""`drill`: the target's failures, tried on purpose."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, Format, Output, session
from migrate.model.drill import RestoreDrill
from migrate.operations import drill, restore_drill
from migrate.report.heading import headed
from migrate.ui import results

app = typer.Typer(no_args_is_help=True, help="Try on purpose what may happen to the target, before it serves anybody.")


@app.command("failover")
def failover(
    config: Config = DEFAULT_CONFIG,
    confirm: Annotated[str, typer.Option(help="The cluster's identifier: its writer is taken from it.")] = "",
    output: Output = Format.TEXT,
) -> None:
    """Fail the target's cluster over while rows are written, and tell how long none was taken and whether one is gone.

    Without --confirm nothing is done. With no reader the writer is rebooted instead. What feeds the target has to come
    through again afterwards. Refused once the application runs there. The figures stand in the readiness report.

    \b
    Examples:
      aurora-migrate drill failover
      aurora-migrate drill failover --confirm orders-aurora
    """
    with session(config) as opened:
        drilled = drill.drill_failover(opened, confirm)
    if output is Format.JSON:
        results.document(headed("drill-failover", {"migration": opened.name, "drill": "failover", **drilled.facts()}))
        return
    feed = "nothing feeds it" if drilled.feed_seconds is None else f"{drilled.feed_seconds:.1f} s"
    rows = [
        ("writer", f"{drilled.writer} → {drilled.successor}"),
        ("no row was taken for (RTO)", f"{drilled.outage_seconds:.1f} s"),
        ("acknowledged rows", f"{drilled.acknowledged:,}"),
        ("of these gone (RPO)", str(len(drilled.lost))),
        ("until every task came through again", feed),
    ]
    results.table(("failover", "measured"), rows, title=f"drill on {drilled.cluster}")


@app.command("restore")
def restore(
    config: Config = DEFAULT_CONFIG,
    confirm: Annotated[str, typer.Option(help="The cluster's identifier: a second one is made of it.")] = "",
    from_snapshot: Annotated[
        str, typer.Option(metavar="NAME|latest", help="One of its snapshots, or the newest that somebody had made.")
    ] = "",
    output: Output = Format.TEXT,
) -> None:
    """Restore the target's cluster to its latest restorable time, or from a snapshot, beside it, and tell how long that
    takes and what is there.

    Without --confirm nothing is done. Rows are written up to the call; of a snapshot those are looked for that earlier
    drills and checks wrote before it. The restored cluster is looked into and deleted again. The application is not
    disturbed, wherever it runs. The figures stand in the readiness report.

    \b
    Examples:
      aurora-migrate drill restore
      aurora-migrate drill restore --confirm orders-aurora
      aurora-migrate drill restore --from-snapshot latest --confirm orders-aurora
    """
    with session(config) as opened:
        drilled = restore_drill.drill_restore(opened, confirm, from_snapshot)
    if output is Format.JSON:
        results.document(headed("drill-restore", {"migration": opened.name, "drill": "restore", **drilled.facts()}))
        return
    rows = [
        ("restored as, and deleted again", drilled.restored),
        ("from the call to the first answer (RTO)", f"{drilled.recovery_seconds:.1f} s"),
        *_point(drilled),
        ("tables, all of them there", f"{drilled.tables:,}"),
    ]
    results.table(("restore", "measured"), rows, title=f"drill on {drilled.cluster}")


def _point(drilled: RestoreDrill) -> list[tuple[str, str]]:
    if drilled.snapshot is None:
        return [
            ("newest row there, before the call (RPO)", f"{drilled.point_seconds:.1f} s"),
            ("acknowledged rows up to the call", f"{drilled.acknowledged:,}"),
            ("of these written after the newest one there", f"{drilled.later:,}"),
        ]
    known = f"{drilled.acknowledged:,}" if drilled.acknowledged else "none known: only tables were compared"
    return [
        ("from snapshot", drilled.snapshot.name),
        ("taken at", f"{drilled.snapshot.taken:%Y-%m-%d %H:%M:%S} UTC"),
        ("its age at the call (RPO)", f"{timedelta(seconds=round(drilled.point_seconds))}"),
        ("rows acknowledged before it, all of them there", known),
    ]
