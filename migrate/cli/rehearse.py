"""`rehearse`: a whole migration on real local servers, and the history of those that were kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from migrate.cli.default_command import WithRun
from migrate.cli.options import Format, Output, watching
from migrate.clock import SystemClock
from migrate.errors import Exit, UsageError
from migrate.events import Emit
from migrate.model.trend import RehearsalHistory, TrendLimits
from migrate.operations.rehearsal import rehearse as operation
from migrate.operations.rehearsal import trend
from migrate.operations.rehearsal.kept import of_report
from migrate.operations.rehearsal.outcome import Rehearsed
from migrate.operations.rehearsal.planned import read
from migrate.operations.rehearsal.sample import load
from migrate.operations.rehearsal.series import series
from migrate.operations.rehearsal.staging import AskedLive, rehearse_live
from migrate.report.documents import document
from migrate.report.rehearsals import junit as as_junit
from migrate.report.rehearsals import text
from migrate.settings import load as load_settings
from migrate.signals import heeding_signals
from migrate.ui import results
from migrate.ui.called import called, short, typed

app = typer.Typer(
    cls=WithRun,
    no_args_is_help=True,
    help="Rehearse a whole migration on real local servers. `rehearse SAMPLE` is short for `rehearse run SAMPLE`.",
)

FOLDER = Path("rehearsal")
Junit = Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML for a continuous build, too.")]


@app.command("run")
def run(
    sample: Annotated[
        Path | None, typer.Argument(help="A sample: postgres/ledger, mysql/shop, mariadb/press, or a folder like them.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("-c", "--config", help="On the databases of this migration.toml, which are not production's."),
    ] = None,
    scale: Annotated[
        float | None, typer.Option(min=0.001, help="How much of the sample's data; 1.0 is about 200,000 rows.")
    ] = None,
    rate: Annotated[float | None, typer.Option(min=1, help="Transactions offered per second.")] = None,
    sessions: Annotated[int | None, typer.Option(min=1, max=200, help="Application sessions.")] = None,
    profile: Annotated[str | None, typer.Option(help="Timing of the sandbox: instant or aws-like.")] = None,
    work: Annotated[Path | None, typer.Option(help="Folder for servers, journal and report.")] = None,
    faults: Annotated[
        str, typer.Option(help="What shall go wrong: a TOML file, or NAME[@WHEN],… (see: sandbox fault list).")
    ] = "",
    repeat: Annotated[
        int, typer.Option(min=1, max=1000, help="So many times, each from an empty folder below the one named.")
    ] = 1,
    junit: Junit = None,
    output: Output = Format.TEXT,
) -> None:
    """Rehearse assess to finalize, with rollback and a second cutover, under load. Exit 3 when it fails.

    With --config it is played on your own databases, at the endpoint named there, twice over and back: it ends on the
    source and keeps replicating. Your application works on; a sample that is named too brings its writers and its
    judge. With --repeat it fails when one of them does; json is then the history of these rehearsals.

    \b
    Examples:
      aurora-migrate rehearse run postgres/ledger --scale 0.2
      aurora-migrate rehearse run mysql/shop --faults connection-drop@cutover,target-restart --repeat 5
      aurora-migrate rehearse run postgres/ledger --junit rehearsal.xml
      aurora-migrate rehearse run -c staging.toml --repeat 3
    """
    if config is not None:
        _refuse_sandbox_only({"--scale": scale, "--profile": profile, "--faults": faults or None})
        folder, rehearse_in = _live(config, sample, rate, sessions, work)
    elif sample is not None:
        folder, rehearse_in = _sandboxed(sample, scale or 1.0, rate, sessions, profile or "instant", work, faults)
    else:
        raise UsageError(
            "neither a sample nor a configuration is named",
            code="CFG-097",
            hint="Say: aurora-migrate rehearse postgres/ledger, or: aurora-migrate rehearse -c staging.toml",
        )
    with heeding_signals(), watching() as ui:
        ran = series(partial(rehearse_in, ui), folder, repeat, ui)
    if junit is not None:
        _written(junit, as_junit.of_rehearsals([one.report for one in ran.runs], ran.problem))
    if output is Format.JSON and ran.problem is not None:
        raise ran.problem  # the one document is then the error
    if output is Format.JSON and repeat == 1:
        results.document(document(ran.runs[0].report))
    elif output is Format.JSON:
        results.document(document(trend.history(folder, TrendLimits())))
    else:
        for one in ran.runs:
            _show(one)
        _show_faults(ran.runs)
        if ran.runs:
            _show_next(ran.runs[-1], config, folder if work else folder.parent)
    if ran.problem is not None:
        raise ran.problem
    if not ran.passed:
        raise typer.Exit(int(Exit.SAYS_NO))


RehearseIn = Callable[[Emit, Path], Rehearsed]


def _sandboxed(
    sample: Path,
    scale: float,
    rate: float | None,
    sessions: int | None,
    profile: str,
    work: Path | None,
    faults: str,
) -> tuple[Path, RehearseIn]:
    chosen, planned = load(sample), read(faults)

    def rehearse_in(emit: Emit, folder: Path) -> Rehearsed:
        asked = operation.Asked(
            sample=chosen,
            scale=scale,
            rate=rate or chosen.rate,
            sessions=sessions or chosen.sessions,
            profile=profile,
            work=folder,
            faults=planned,
        )
        return operation.rehearse(asked, emit, SystemClock())

    return _folder(work, FOLDER, chosen.name), rehearse_in


def _live(
    config: Path, sample: Path | None, rate: float | None, sessions: int | None, work: Path | None
) -> tuple[Path, RehearseIn]:
    settings, writers = load_settings(config), load(sample) if sample is not None else None
    if writers is None and (rate is not None or sessions is not None):
        raise UsageError(
            "--rate and --sessions are of a sample's application, and none is named",
            code="CFG-098",
            hint="Name a sample beside -c: its application then writes. Or leave them out: yours works on.",
        )

    def rehearse_in(emit: Emit, folder: Path) -> Rehearsed:
        asked = AskedLive(
            settings=settings,
            application=writers,
            rate=rate or (writers.rate if writers else 0.0),
            sessions=sessions or (writers.sessions if writers else 0),
            work=folder,
        )
        return rehearse_live(asked, emit, SystemClock())

    return _folder(work, settings.path(settings.report.rehearsals), settings.migration.name), rehearse_in


def _folder(named: Path | None, below: Path, name: str) -> Path:
    return (named or below / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}").resolve()


def _refuse_sandbox_only(given: dict[str, object]) -> None:
    """What only a sandbox of the rehearsal's own can do."""
    asked = [option for option, value in given.items() if value is not None]
    if asked:
        raise UsageError(
            f"{', '.join(asked)}: not on databases of your own, which have their own data and their own pace",
            code="CFG-096",
            hint="Leave it out. Faults are rehearsed on a sample: aurora-migrate rehearse postgres/ledger --faults …",
        )


def _show(rehearsed: Rehearsed) -> None:
    report = rehearsed.report
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


def _show_faults(runs: tuple[Rehearsed, ...]) -> None:
    rows = trend.fault_table([of_report(one.report, str(one.json_file)) for one in runs])
    if rows:
        results.table(text.FAULTS, text.faults(rows), title="what became of each fault")


def _show_next(last: Rehearsed, config: Path | None, kept: Path) -> None:
    """Where the reports are, and the one thing to do next with each."""
    settings, program = typed(config or last.html_file.parent / "migration.toml"), called()
    results.text(
        [
            f"report: {short(last.html_file)}",
            "next:",
            f"  {program} report -c {settings}   go or no-go, for the project's lead",
            f"  {program} watch -c {settings}   the control room; while one runs, too; --web: in a browser",
            f"  {program} status -c {settings}   what the journal says",
            f"  {program} rehearse history {typed(kept)}   the scorecard over time",
            f"  {program} assess --schema dump.sql {_alike(last.report.route)}   your own schema",
        ]
    )


def _alike(route: str) -> str:
    """Options of `assess` for a dump that shall go the way that was rehearsed, e.g. `postgres 17.6 → aurora-… 17.5`."""
    source, _, target = route.partition(" → ")
    return f"--engine {source.partition(' ')[0]} --target {target.replace(' ', ':')}"


@app.command("history")
def history(
    folder: Annotated[Path, typer.Argument(help="Where the reports are kept, also some folders down.")] = FOLDER,
    factor: Annotated[
        float, typer.Option(min=1, help="Above so many times the median of the earlier ones, seconds have regressed.")
    ] = TrendLimits.factor,
    slack: Annotated[float, typer.Option(min=0, help="Never by less than so many seconds.")] = TrendLimits.slack,
    least: Annotated[int, typer.Option(min=1, help="So many earlier ones are needed to compare.")] = TrendLimits.least,
    junit: Junit = None,
    output: Output = Format.TEXT,
) -> None:
    """The scorecard of kept rehearsals over time. Exit 3 when the newest has regressed.

    Compared is what has sample, route, scale, offered load, timing profile, machine and faults in common. The newest
    must have passed and lost nothing; its freeze and write gap must not be above the limits; it must have seen as much
    as the earlier ones, and got over each fault as well as most of them did. Only the newest of all is judged; others,
    under other terms, are told.

    \b
    Examples:
      aurora-migrate rehearse history
      aurora-migrate rehearse history rehearsal --factor 2 --junit history.xml
    """
    found = trend.history(folder, TrendLimits(factor, slack, least))
    if junit is not None:
        _written(junit, as_junit.of_history(found))
    if output is Format.JSON:
        results.document(document(found))
    else:
        _show_history(found)
    if found.regressed:
        raise typer.Exit(int(Exit.SAYS_NO))


def _show_history(found: RehearsalHistory) -> None:
    for place, one in enumerate(found.trends):
        sample, route, *terms = one.newest.terms
        results.text([f"{sample}, {route}", f"  {', '.join(term for term in terms if term)}"])
        if place:
            results.text("  told, not judged: the newest rehearsal was under other terms")
        results.table(text.SCORES, text.scores(one.rehearsals))
        for check in one.checks:
            results.text(f"  {text.WORDS[check.holds]:<10} {check.name}: {check.told}")
        rows = trend.fault_table(one.rehearsals)
        if rows:
            results.table(text.FAULTS, text.faults(rows), title="what became of each fault")
        results.text("")
    results.text([*(f"not read: {one}" for one in found.unread), text.limits(found)])


def _written(path: Path, told: str) -> None:
    try:
        path.write_text(told, encoding="utf-8")
    except OSError as problem:
        raise UsageError(
            f"{path} cannot be written: {problem.strerror}", code="CFG-082", hint="Check the path and its rights."
        ) from None
