"""A rehearsal on somebody's own databases: those of a migration.toml, at the endpoint that answers for AWS there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrate.clock import Clock
from migrate.errors import Interrupted, MigrateError
from migrate.events import Emit, Noted
from migrate.model.database import Side
from migrate.model.rehearsal import LIVE, Environment, LedgerResult
from migrate.operations import approval, cutover, history, provision, replicate
from migrate.operations.rehearsal import outcome
from migrate.operations.rehearsal.anchor import anchor
from migrate.operations.rehearsal.application import SANDBOX_CREDENTIALS, Application, judge
from migrate.operations.rehearsal.injector import Injector
from migrate.operations.rehearsal.outcome import Rehearsed
from migrate.operations.rehearsal.permission import refuse_begun, refuse_production, refuse_writers
from migrate.operations.rehearsal.sample import Sample
from migrate.operations.rehearsal.scenes import PATIENCE_SECONDS, WRITES_BETWEEN, require_match, require_no_blocker
from migrate.operations.rehearsal.since import Since
from migrate.operations.rehearsal.timeline import Timeline, told
from migrate.settings import Settings
from migrate.wiring.session import Session

BY = "rehearsal"


@dataclass(frozen=True)
class AskedLive:
    """`application` brings the writers and the judge of a sample; without one the databases' own works on."""

    settings: Settings
    application: Sample | None
    rate: float
    sessions: int
    work: Path
    """Folder of this rehearsal: report, and ledger."""


def rehearse_live(asked: AskedLive, emit: Emit, clock: Clock) -> Rehearsed:
    """Assess to validate, then twice to the target and back: it ends on the source, and everything goes on replicating.

    A failing stage does not raise: it is the report's verdict. Raises UsageError where the settings do not allow it,
    StateConflict or SaysNo where something is under way, Interrupted when it is asked to stop.
    """
    refuse_production(asked.settings)
    if asked.application is not None:
        refuse_writers(asked.settings)
    timeline = Timeline(clock, clock.monotonic())
    problem: MigrateError | None = None
    ledger: LedgerResult | None = None
    with ExitStack() as closing:
        unspoiled = Injector("", (), emit, timeline.now)
        session = closing.enter_context(Session(asked.settings, emit, clock))
        refuse_begun(session.history)
        asked.work.mkdir(parents=True, exist_ok=True)
        started_at = clock.now()
        with _application(asked, session) as application:
            try:
                _play(session, application, timeline)
            except Interrupted:
                raise
            except MigrateError as error:
                problem = error
                if history.known_owner(session.history) is not Side.SOURCE:
                    error.add_note("The application runs on the target. Take it back with: aurora-migrate rollback")
                emit(Noted(told(error), warning=True))
        if asked.application is not None:
            with timeline.stage("judge"):
                judged = judge(asked.application, _ledger(asked), outcome.owning_database(session))
                ledger = LedgerResult.from_judgement(judged, started_at)
        report = outcome.report(
            session,
            Since(session.history, started_at),
            timeline,
            started_at=started_at,
            problem=problem,
            ledger=ledger,
            faults=unspoiled,
            profile=LIVE,
            environment=_environment(asked, session),
        )
        json_file, html_file = outcome.write(asked.work, report)
        anchor(session, json_file, report)
    return Rehearsed(report, json_file, html_file)


def _play(session: Session, application: Application | None, timeline: Timeline) -> None:
    """Raises MigrateError where a stage fails or says no. Names of stages are those of `scenes.play`."""

    def work_on() -> None:
        if application is not None:
            application.wait_for(WRITES_BETWEEN, session.clock, PATIENCE_SECONDS)
        else:
            session.clock.sleep(session.settings.rehearsal.pause_seconds)

    def next_run(stage: str) -> str:
        return f"{stage}-{history.next_number(session.history, *history.HANDOVERS)}"

    with timeline.stage("assess"):
        require_no_blocker(session)
    with timeline.stage("provision"):
        provision.apply(session)
    if history.last_done(session.history, "replicate") is None:
        with timeline.stage("replicate"):
            replicate.start(session)
    with timeline.stage("validate"):
        require_match(session)
    for _ in range(2):
        work_on()
        with timeline.stage(next_run("cutover")):
            approval.approve(session, BY, role="".join(session.settings.cutover.approver_roles))
            cutover.run(session, "cutover")
        work_on()
        with timeline.stage(next_run("rollback")):
            cutover.rollback(session)
    work_on()
    with timeline.stage("validate at the end"):
        require_match(session)


@contextmanager
def _application(asked: AskedLive, session: Session) -> Iterator[Application | None]:
    if asked.application is None:
        yield None
        return
    aws = asked.settings.aws
    environment = SANDBOX_CREDENTIALS if session.aws.loopback else {"AWS_PROFILE": aws.profile} if aws.profile else {}
    configuration = {
        "secret_id": asked.settings.application.secret,
        "endpoint_url": aws.endpoint_url,
        "region": aws.region,
        "ledger_path": str(_ledger(asked)),
        "sessions": asked.sessions,
        "rate": asked.rate,
    }
    show, words = outcome.status(session.emit), asked.work / "application.log"
    with Application(asked.application, configuration, show, words, environment) as running:
        yield running


def _ledger(asked: AskedLive) -> Path:
    return asked.work / "ledger.jsonl"


def _environment(asked: AskedLive, session: Session) -> Environment:
    settings = asked.settings
    writers = asked.application
    return outcome.environment(
        session,
        sample=f"{settings.migration.name} ({settings.rehearsal.environment})",
        scale=1.0,
        endpoint=settings.aws.endpoint_url or f"AWS, {settings.aws.region}",
        sessions=asked.sessions if writers else 0,
        rate=asked.rate if writers else 0.0,
    )
