"""Runs a rehearsal from the first server to the written report."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.route import Engine
from migrate.clock import Clock
from migrate.errors import Interrupted, MigrateError
from migrate.events import Emit, LedgerSeen, Noted, Progressed
from migrate.model.database import Side
from migrate.model.rehearsal import (
    Environment,
    Fault,
    FaultOutcome,
    LedgerResult,
    RehearsalReport,
    RehearsalVerdict,
    RollbackResult,
)
from migrate.operations import history
from migrate.operations.rehearsal import findings
from migrate.operations.rehearsal.anchor import anchor
from migrate.operations.rehearsal.application import Application, judge
from migrate.operations.rehearsal.injector import Injector
from migrate.operations.rehearsal.planned import PlannedFault
from migrate.operations.rehearsal.sample import Sample
from migrate.operations.rehearsal.scenes import play
from migrate.operations.rehearsal.stagecraft import Stage, build
from migrate.operations.rehearsal.timeline import Timeline, told
from migrate.operations.sandbox import launch
from migrate.ports.database import Database
from migrate.report.documents import document
from migrate.report.rehearsal_html import render
from migrate.sandbox import client
from migrate.wiring.session import Session

PRODUCT = {Engine.POSTGRES: "PostgreSQL", Engine.MYSQL: "MySQL", Engine.MARIADB: "MariaDB"}


@dataclass(frozen=True)
class Asked:
    sample: Sample
    scale: float
    rate: float
    sessions: int
    profile: str
    work: Path
    """Folder of this rehearsal: servers, ledger, journal, report."""
    faults: tuple[PlannedFault, ...] = ()


@dataclass(frozen=True)
class Rehearsed:
    report: RehearsalReport
    json_file: Path
    html_file: Path


def rehearse(asked: Asked, emit: Emit, clock: Clock) -> Rehearsed:
    """A failing stage does not raise: it is the report's verdict. Servers are stopped in any case.

    Raises MigrateError when the surroundings cannot be built, Interrupted when it is asked to stop.
    """
    asked.work.mkdir(parents=True, exist_ok=True)
    started_at, timeline = clock.now(), Timeline(clock, clock.monotonic())
    problem: MigrateError | None = None
    ledger: LedgerResult | None = None
    with ExitStack() as closing:
        sandbox = closing.enter_context(launch(asked.work / "sandbox", profile=asked.profile))
        emit(Noted(f"sandbox at {sandbox.endpoint_url}, profile {asked.profile}"))
        faults = Injector(sandbox.control_url, asked.faults, emit, timeline.now)
        faults.check()
        with timeline.stage("set the stage"):
            stage = build(
                sandbox, asked.sample, asked.scale, asked.work, name=asked.sample.name, emit=emit, clock=clock
            )
        session = closing.enter_context(Session(stage.settings, faults.emit, clock))
        session.secrets.ensure(stage.secret_name, stage.secret)
        application = closing.enter_context(
            Application(
                asked.sample,
                _configuration(asked, sandbox, stage),
                _status(session.emit),
                asked.work / "application.log",
            )
        )
        try:
            play(session, application, timeline, faults)
        except Interrupted:
            raise
        except MigrateError as error:
            problem = error
            emit(Noted(told(error), warning=True))
        faults.close()
        application.stop()
        with timeline.stage("judge"):
            ledger = LedgerResult.from_judgement(
                judge(asked.sample, asked.work / "ledger.jsonl", _owning_database(session)), started_at
            )
        journal = session.history
        reason = _reason(problem, ledger, faults.report())
        report = RehearsalReport(
            verdict=RehearsalVerdict.FAILED if reason else RehearsalVerdict.PASSED,
            reason=reason,
            route=str(session.route),
            profile=asked.profile,
            started_at=started_at,
            seconds=round(timeline.now(), 3),
            stages=tuple(timeline.stages),
            handovers=findings.handovers(journal, ledger, timeline),
            rollback=_rollback(timeline, ledger),
            ledger=ledger,
            gates=findings.gates(journal),
            invariants=findings.invariants(journal, ledger),
            marks=(*findings.marks(journal, started_at), *faults.marks()),
            faults=faults.report(),
            environment=_environment(asked, session, stage),
        )
        json_file, html_file = _write(asked.work, report)
        anchor(session, json_file, report)
    return Rehearsed(report, json_file, html_file)


def _reason(problem: MigrateError | None, ledger: LedgerResult, faults: tuple[Fault, ...]) -> str:
    """Why it failed; empty when it did not. A fault that was to be met and was not proves nothing."""
    if problem is not None:
        return told(problem)
    if not ledger.kept:
        return "the ledger contradicts the database"
    missed = [
        f"{one.name} ({'; '.join(one.observed) or one.when})" for one in faults if one.outcome == FaultOutcome.NOT_MET
    ]
    return f"faults were not met: {', '.join(missed)}" if missed else ""


def _configuration(asked: Asked, sandbox: client.Launched, stage: Stage) -> dict[str, Any]:
    return {
        "secret_id": stage.secret_name,
        "endpoint_url": sandbox.endpoint_url,
        "region": stage.settings.aws.region,
        "ledger_path": str(asked.work / "ledger.jsonl"),
        "sessions": asked.sessions,
        "rate": asked.rate,
    }


def _status(emit: Emit) -> Callable[[dict[str, Any]], None]:
    def show(status: dict[str, Any]) -> None:
        if status.get("event") == "status":
            work = f"application: {status['rate']:.0f} transactions/s"
            emit(Progressed("application", status["acknowledged"], None, f"acknowledged, {work}"))
            emit(LedgerSeen(*(status[one] for one in ("acknowledged", "refused", "indeterminate", "rate"))))

    return show


def _owning_database(session: Session) -> dict[str, Any]:
    """Login of the side that the application's secret points to; the judge reads it on stdin."""
    secret = session.secrets.read(session.settings.application.secret)
    owner = Side(session.traffic.owner().value)
    address, credentials = session.login(owner)
    return {
        "engine": address.engine.value,
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "user": credentials.user,
        "password": credentials.password,
        "sslrootcert": secret.get("sslrootcert"),
    }


def _rollback(timeline: Timeline, ledger: LedgerResult) -> RollbackResult:
    found = [stage for stage in timeline.stages if stage.name.startswith("rollback") and stage.outcome == "done"]
    return RollbackResult(bool(found), found[0].seconds if found else 0.0, ledger.lost if found else None)


def _environment(asked: Asked, session: Session, stage: Stage) -> Environment:
    evidence = session.history.evidence("validation")
    facts = evidence[-1].facts if evidence else {}
    rows, tables = facts.get("rows", 0), facts.get("tables", 0)
    provisioned = history.last_done(session.history, "provision") is not None
    target = _server(session.target_address.engine, session.target) if provisioned else "not provisioned"
    return Environment(
        sample=asked.sample.title,
        scale=asked.scale,
        rows=rows if isinstance(rows, int) else 0,
        tables=tables if isinstance(tables, int) else 0,
        source=_server(session.settings.source.engine, session.source),
        target=f"{target}, standing for {session.settings.target.engine.value}",
        endpoint="local sandbox",
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        cpus=os.cpu_count() or 1,
        sessions=asked.sessions,
        offered_per_second=asked.rate,
    )


def _server(engine: Engine, database: Database) -> str:
    return f"{PRODUCT[engine]} {database.identity().version}"


def _write(work: Path, report: RehearsalReport) -> tuple[Path, Path]:
    json_file, html_file = work / "rehearsal.json", work / "rehearsal.html"
    json_file.write_text(json.dumps(document(report), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    html_file.write_text(render(report), encoding="utf-8")
    return json_file, html_file
