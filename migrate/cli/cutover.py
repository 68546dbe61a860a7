"""`cutover` and `rollback`: hand the application over, or take it back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.options import DEFAULT_CONFIG, Config, DryRun, Format, Output, session
from migrate.model.database import Side
from migrate.model.shown_plan import ShownPlan
from migrate.operations import approval, cutover_plan, extension, finalize, statement_times
from migrate.operations import cutover as operation
from migrate.operations.cutover import Handed
from migrate.report import cutover_plan as report
from migrate.report.heading import headed
from migrate.report.readiness.words import moment
from migrate.ui import results
from migrate.wiring.person import login_name

app = typer.Typer(help="The gated cutover: plan, approve, run, resume, finalize.", no_args_is_help=True)

SHOWN = 60
"""Characters of a statement in a table."""

By = Annotated[str, typer.Option("--by", help="Who approves.")]
Role = Annotated[str, typer.Option("--role", help="In which role of approver_roles under cutover.")]
Owner = Annotated[Side, typer.Option("--owner", help="source or target.")]
Rehearsal = Annotated[
    Path | None, typer.Option("--rehearsal", help="The rehearsal.json of a rehearsal whose seconds are expected.")
]
Voucher = Annotated[str, typer.Option("--by", help="Who made sure, with --without-leaving.")]
WithoutLeaving = Annotated[
    bool,
    typer.Option(
        "--without-leaving",
        help="After the switch: open the arriving side though the one that was left does not answer any more.",
    ),
]
Teller = Annotated[str, typer.Option("--by", help="Who says so, with --without-source.")]
WithoutSource = Annotated[
    bool,
    typer.Option(
        "--without-source", help="End it though the source does not answer any more, and leave there what is there."
    ),
]
Finalize = Annotated[bool, typer.Option("--finalize", help="Of giving up the way back, not of a handover.")]


def register(top: typer.Typer) -> None:
    top.command("rollback")(rollback)


@app.command()
def plan(rehearsal: Rehearsal = None, config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """The steps and gates of the next cutover, or, after one, of its rollback; the seconds it may take, and the digest
    that an approval is bound to.

    Seconds are those of this migration's last handover, or of a rehearsal.

    \b
    Examples:
      aurora-migrate cutover plan
    """
    with session(config) as opened:
        _show_plan(cutover_plan.shown(opened, rehearsal=rehearsal), output)


@app.command()
def approve(by: By = "", role: Role = "", finalize_too: Finalize = False, config: Config = DEFAULT_CONFIG) -> None:
    """Approve the plan that cutover plan shows; the approval expires, and a gate that closes destroys it.

    \b
    Examples:
      aurora-migrate cutover approve --by ann --role dba
      aurora-migrate cutover approve --by ann --finalize
    """
    with session(config) as opened:
        given = approval.approve(opened, by or login_name(), role, finalize_too)
        results.text(f"approved {given.run} ({given.digest[:12]}) until {given.expires_at:%Y-%m-%d %H:%M} UTC")
        if given.given < given.wanted:
            results.text(f"{given.given} of {given.wanted} people have approved")


@app.command()
def confirm(gate: str, by: By = "", finalize_too: Finalize = False, config: Config = DEFAULT_CONFIG) -> None:
    """Say that you have seen to what a gate of your own runbook asks a person; counts for this plan alone: that of the
    next cutover, or, after one, of its rollback.

    \b
    Examples:
      aurora-migrate cutover confirm own/support-knows --by ann
      aurora-migrate cutover confirm own/backup-checked --by ann --finalize
    """
    with session(config) as opened:
        given = approval.confirm(opened, gate, by or login_name(), finalize_too)
        results.text(f"confirmed {gate} for {given.run} until {given.expires_at:%Y-%m-%d %H:%M} UTC")


@app.command()
def declare(owner: Owner, by: By = "", config: Config = DEFAULT_CONFIG) -> None:
    """After exit code 5: say which side owns the writes, once you have looked. Then resume or roll back.

    \b
    Examples:
      aurora-migrate cutover declare --owner target --by ann
    """
    from migrate.operations import declaration

    with session(config) as opened:
        declaration.declare(opened, Side(owner), by or login_name())
        results.text(f"declared: the {owner} owns the writes. Next: aurora-migrate cutover resume, or rollback")


@app.command()
def revoke(by: By = "", config: Config = DEFAULT_CONFIG) -> None:
    """Take an approval back before a cutover begins. One that is under way is held back by stopping it: up to the
    switch that unwinds it.

    \b
    Examples:
      aurora-migrate cutover revoke --by ann
    """
    with session(config) as opened:
        taken = approval.revoke(opened, by or login_name())
        results.text(f"revoked {taken} approval{'s' if taken > 1 else ''}")


@app.command()
def run(config: Config = DEFAULT_CONFIG, dry_run: DryRun = False, output: Output = Format.TEXT) -> None:
    """Cut over. Up to the switch every failure unwinds by itself.

    \b
    Examples:
      aurora-migrate cutover run --dry-run
      aurora-migrate cutover run
    """
    with session(config) as opened:
        if dry_run:
            _show_plan(cutover_plan.shown(opened, "cutover"), output)
        else:
            _show(operation.run(opened, "cutover"), output)


@app.command()
def resume(
    without_leaving: WithoutLeaving = False,
    by: Voucher = "",
    config: Config = DEFAULT_CONFIG,
    output: Output = Format.TEXT,
) -> None:
    """Go on with a cutover or rollback that was broken off.

    Past the switch the side that was left is asked once more whether it is closed. If it is gone for good, make sure
    that nobody can reach it, nor a copy that a restore or a failover brings (its security group); then say so.

    \b
    Examples:
      aurora-migrate cutover resume
      aurora-migrate cutover resume --without-leaving --by ann
    """
    with session(config) as opened:
        _show(operation.resume(opened, without_leaving=(by or login_name()) if without_leaving else ""), output)


@app.command()
def extend(
    hours: Annotated[float, typer.Option(help="Added to its end; from now, where that is past.", min=0.01, max=720)],
    by: Annotated[str, typer.Option("--by", help="Who wants it.")] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Move the end of the reverse window, after a marker of every task has come back to the source.

    \b
    Examples:
      aurora-migrate cutover extend --hours 24 --by ann
    """
    with session(config) as opened:
        moved = extension.extend(opened, hours, by or login_name())
        results.text(f"the way back was proven in {moved.seconds:.2f} s")
        results.text(f"it is open until {moved.until:%Y-%m-%d %H:%M} UTC (was {moved.before:%Y-%m-%d %H:%M} UTC)")


@app.command("finalize")
def finalize_command(without_source: WithoutSource = False, by: Teller = "", config: Config = DEFAULT_CONFIG) -> None:
    """Give up the way back. Needs its own approval: cutover approve --finalize.

    What was made on the source goes last. If the source is gone for good, say so: one that answers is asked all the
    same.

    \b
    Examples:
      aurora-migrate cutover finalize
      aurora-migrate cutover finalize --without-source --by ann
    """
    with session(config) as opened:
        vouched_by = finalize.run(opened, without_source=(by or login_name()) if without_source else "")
        if vouched_by:
            results.text(f"finalized without the source, on the word of {vouched_by}; nothing flows any more")
            results.text("should it come back, it has slots, logins and a schema of the migration: run cleanup then")
        else:
            results.text("finalized: the source stays fenced and whole; nothing flows any more")


@app.command("status")
def status_command(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Who owns the writes, which run is open, until when there is a way back.

    \b
    Examples:
      aurora-migrate cutover status --format json
    """
    from migrate.cli.status import show

    with session(config) as opened:
        show(opened, output)


@app.command("statements")
def statements_command(
    least: Annotated[int, typer.Option(min=1, help="Only what ran so often on each side.")] = 20,
    most: Annotated[int, typer.Option(min=1, help="So many are told.")] = 20,
    config: Config = DEFAULT_CONFIG,
    output: Output = Format.TEXT,
) -> None:
    """The application's statements on both sides: how long one took on the source, and takes on the target.

    As the servers count them, since each began to. First what costs the target most beyond the source; nothing is
    written and nothing judged.

    \b
    Examples:
      aurora-migrate cutover statements
      aurora-migrate cutover statements --least 100 --format json
    """
    with session(config) as opened:
        found = statement_times.statement_times(opened, least)[:most]
    if output is Format.JSON:
        results.document([{**asdict(one), "times": one.times} for one in found])
        return
    rows = [
        (
            one.text if len(one.text) <= SHOWN else f"{one.text[: SHOWN - 1]}…",
            f"{one.calls_source:,}",
            f"{one.calls_target:,}",
            f"{1000 * one.mean_source:.2f}",
            f"{1000 * one.mean_target:.2f}",
            "" if one.times is None else f"{one.times:.1f}",
        )
        for one in found
    ]
    results.table(("statement", "source", "target", "ms", "ms now", "times"), rows, title="runs, and what one took")


def rollback(config: Config = DEFAULT_CONFIG, output: Output = Format.TEXT) -> None:
    """Go back to the source: unwind before the switch, hand back inside the reverse window.

    \b
    Examples:
      aurora-migrate rollback
    """
    with session(config) as opened:
        _show(operation.rollback(opened), output)


def _show_plan(plan: ShownPlan, output: Format) -> None:
    if output is Format.JSON:
        results.document(headed("cutover-plan", report.document(plan)))
        return
    headings = ("step", "when", "seconds", "state", "what")
    results.table(headings, report.rows(plan), title=f"{plan.run}  digest {plan.digest}")
    for line in report.closing(plan):
        results.text(line)


def _show(handed: Handed, output: Format) -> None:
    if output is Format.JSON:
        results.document(headed("handover", {**vars(handed), "ownership": handed.ownership.value}))
        return
    freeze = f", frozen for {handed.freeze_seconds:.2f} s" if handed.freeze_seconds is not None else ""
    results.text(f"{handed.run}: {handed.outcome}; the application runs on the {handed.ownership.value}{freeze}")
    if handed.outcome == "opened":
        results.text("there is no way back yet: aurora-migrate cutover resume, once the other side answers")
    if handed.reverse_window_until:
        until = datetime.fromisoformat(handed.reverse_window_until)
        results.text(f"the way back is proven and open until {moment(until)}")
