"""Runs a rehearsal from the first server to the written report."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.clock import Clock
from migrate.errors import Interrupted, MigrateError
from migrate.events import Emit, Noted
from migrate.model.rehearsal import Environment, LedgerResult
from migrate.operations.rehearsal import outcome
from migrate.operations.rehearsal.anchor import anchor
from migrate.operations.rehearsal.application import SANDBOX_CREDENTIALS, Application, judge
from migrate.operations.rehearsal.injector import Injector
from migrate.operations.rehearsal.outcome import Rehearsed
from migrate.operations.rehearsal.planned import PlannedFault
from migrate.operations.rehearsal.sample import Sample
from migrate.operations.rehearsal.scenes import play
from migrate.operations.rehearsal.stagecraft import Stage, build
from migrate.operations.rehearsal.timeline import Timeline, told
from migrate.operations.sandbox import launch
from migrate.sandbox import client
from migrate.wiring.session import Session


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
        emit(Noted(f"to watch it: aurora-migrate watch -c {shlex.quote(str(asked.work / 'migration.toml'))}"))
        session = closing.enter_context(Session(stage.settings, faults.emit, clock))
        session.secrets.ensure(stage.secret_name, stage.secret)
        application = closing.enter_context(
            Application(
                asked.sample,
                _configuration(asked, sandbox, stage),
                outcome.status(session.emit),
                asked.work / "application.log",
                SANDBOX_CREDENTIALS,
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
                judge(asked.sample, asked.work / "ledger.jsonl", outcome.owning_database(session)), started_at
            )
        report = outcome.report(
            session,
            session.history,
            timeline,
            started_at=started_at,
            problem=problem,
            ledger=ledger,
            faults=faults,
            profile=asked.profile,
            environment=_environment(asked, session),
        )
        json_file, html_file = outcome.write(asked.work, report)
        anchor(session, json_file, report)
    return Rehearsed(report, json_file, html_file)


def _configuration(asked: Asked, sandbox: client.Launched, stage: Stage) -> dict[str, Any]:
    return {
        "secret_id": stage.secret_name,
        "endpoint_url": sandbox.endpoint_url,
        "region": stage.settings.aws.region,
        "ledger_path": str(asked.work / "ledger.jsonl"),
        "sessions": asked.sessions,
        "rate": asked.rate,
    }


def _environment(asked: Asked, session: Session) -> Environment:
    return outcome.environment(
        session,
        sample=asked.sample.title,
        scale=asked.scale,
        endpoint="local sandbox",
        sessions=asked.sessions,
        rate=asked.rate,
    )
