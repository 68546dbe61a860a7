"""What is made of every rehearsal at its end: the owning database for the judge, the verdict, the two files."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from checks.route import Engine
from migrate.errors import MigrateError
from migrate.events import APPLICATION, Emit, LedgerSeen, Progressed
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
from migrate.operations.rehearsal.injector import Injector
from migrate.operations.rehearsal.timeline import Timeline, told
from migrate.ports.database import Database
from migrate.ports.journal import Journal
from migrate.report.documents import document
from migrate.report.rehearsal_html import render
from migrate.wiring.session import Session

PRODUCT = {Engine.POSTGRES: "PostgreSQL", Engine.MYSQL: "MySQL", Engine.MARIADB: "MariaDB"}


@dataclass(frozen=True)
class Rehearsed:
    report: RehearsalReport
    json_file: Path
    html_file: Path


def report(
    session: Session,
    journal: Journal,
    timeline: Timeline,
    *,
    started_at: datetime,
    problem: MigrateError | None,
    ledger: LedgerResult | None,
    faults: Injector,
    profile: str,
    environment: Environment,
) -> RehearsalReport:
    """`journal` holds what this rehearsal did, and nothing of earlier ones."""
    why = reason(problem, ledger, faults.report())
    return RehearsalReport(
        verdict=RehearsalVerdict.FAILED if why else RehearsalVerdict.PASSED,
        reason=why,
        route=str(session.route),
        profile=profile,
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
        environment=environment,
    )


def reason(problem: MigrateError | None, ledger: LedgerResult | None, faults: tuple[Fault, ...]) -> str:
    """Why it failed; empty when it did not. A fault that was to be met and was not proves nothing."""
    if problem is not None:
        return told(problem)
    if ledger is not None and not ledger.kept:
        return "the ledger contradicts the database"
    missed = [
        f"{one.name} ({'; '.join(one.observed) or one.when})" for one in faults if one.outcome == FaultOutcome.NOT_MET
    ]
    return f"faults were not met: {', '.join(missed)}" if missed else ""


def status(emit: Emit) -> Callable[[dict[str, Any]], None]:
    def show(status: dict[str, Any]) -> None:
        if status.get("event") == "status":
            work = f"application: {status['rate']:.0f} transactions/s"
            emit(Progressed(APPLICATION, status["acknowledged"], None, f"acknowledged, {work}"))
            emit(LedgerSeen(*(status[one] for one in ("acknowledged", "refused", "indeterminate", "rate"))))

    return show


def owning_database(session: Session) -> dict[str, Any]:
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
        "sslrootcert": secret.get("sslrootcert") or address.ca_file,
    }


def _rollback(timeline: Timeline, ledger: LedgerResult | None) -> RollbackResult:
    found = [stage for stage in timeline.stages if stage.name.startswith("rollback") and stage.outcome == "done"]
    lost = ledger.lost if found and ledger is not None else None
    return RollbackResult(bool(found), found[0].seconds if found else 0.0, lost)


def environment(
    session: Session, *, sample: str, scale: float, endpoint: str, sessions: int, rate: float
) -> Environment:
    """What stands there now, and how many rows were compared last."""
    evidence = session.history.evidence("validation")
    facts = evidence[-1].facts if evidence else {}
    rows, tables = facts.get("rows", 0), facts.get("tables", 0)
    provisioned = history.last_done(session.history, "provision") is not None
    target = _server(session.target_address.engine, session.target) if provisioned else "not provisioned"
    return Environment(
        sample=sample,
        scale=scale,
        rows=rows if isinstance(rows, int) else 0,
        tables=tables if isinstance(tables, int) else 0,
        source=_server(session.settings.source.engine, session.source),
        target=f"{target}, standing for {session.settings.target.engine.value}"
        if session.aws.loopback
        else f"{session.settings.target.engine.value} {session.settings.target.version}",
        endpoint=endpoint,
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        cpus=os.cpu_count() or 1,
        sessions=sessions,
        offered_per_second=rate,
    )


def _server(engine: Engine, database: Database) -> str:
    return f"{PRODUCT[engine]} {database.identity().version}"


def write(work: Path, report: RehearsalReport) -> tuple[Path, Path]:
    json_file, html_file = work / "rehearsal.json", work / "rehearsal.html"
    json_file.write_text(json.dumps(document(report), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    html_file.write_text(render(report), encoding="utf-8")
    return json_file, html_file
