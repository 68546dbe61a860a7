"""The sequence: assess to validate, cutover, writes on the target, rollback, second cutover, finalize."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from migrate.clock import Clock
from migrate.errors import MigrateError, SaysNo
from migrate.model.rehearsal import StageResult
from migrate.model.validation import Verdict
from migrate.operations import approval, assess, cutover, finalize, provision, replicate, validate
from migrate.operations.rehearsal.application import Application
from migrate.wiring.session import Session

WRITES_BETWEEN = 1500
"""Acknowledged transactions between two acts: what a rollback has to carry back."""
PATIENCE_SECONDS = 120.0


@dataclass
class Timeline:
    """Stages as they ended, with seconds since the rehearsal began."""

    clock: Clock
    began: float
    stages: list[StageResult] = field(default_factory=list)

    def now(self) -> float:
        return self.clock.monotonic() - self.began

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began, outcome = self.now(), "failed"
        try:
            yield
            outcome = "done"
        except SaysNo:
            outcome = "said no"
            raise
        finally:
            seconds = round(self.now() - began, 3)
            self.stages.append(StageResult(name=name, outcome=outcome, seconds=seconds, began=round(began, 3)))


def play(session: Session, application: Application, timeline: Timeline) -> None:
    """Raises MigrateError where a stage fails or says no. What happened stands in the journal."""

    def write_on() -> None:
        application.wait_for(WRITES_BETWEEN, session.clock, PATIENCE_SECONDS)

    def hand_over(name: str, act: Callable[[], cutover.Handed]) -> None:
        with timeline.stage(name):
            act()
        write_on()

    def cut_over() -> cutover.Handed:
        approval.approve(session, "rehearsal")
        return cutover.run(session, "cutover")

    write_on()
    with timeline.stage("assess"):
        report = assess.assess(session)
        if report.summary.blocker:
            raise SaysNo(
                f"the assessment found {report.summary.blocker} blockers",
                code="REH-004",
                hint="; ".join(f"{f.code} {f.message}" for f in report.findings if f.severity.value == "blocker")[:500],
            )
    with timeline.stage("provision"):
        provision.apply(session)
    with timeline.stage("replicate"):
        replicate.start(session)
    with timeline.stage("validate"):
        _require_match(session)
    hand_over("cutover-1", cut_over)
    hand_over("rollback-2", lambda: cutover.rollback(session))
    hand_over("cutover-3", cut_over)
    with timeline.stage("validate at the end"):
        _require_match(session)
    application.stop()
    with timeline.stage("finalize"):
        approval.approve(session, "rehearsal", finalizing=True)
        finalize.run(session)


def _require_match(session: Session) -> None:
    report = validate.validate(session)
    if report.verdict is not Verdict.MATCH:
        wrong = [f"{t.table} {t.verdict.value} {t.reason}" for t in report.tables if t.verdict is not Verdict.MATCH]
        wrong += [f"{p.name} {p.verdict.value} {p.reason}" for p in report.proofs if p.decides and p.verdict != "match"]
        raise SaysNo(f"no match: {'; '.join(wrong[:5])}", code="REH-005", hint="See the validation report.")


def told(problem: MigrateError) -> str:
    return "; ".join([f"{problem.code} {problem.message}", *getattr(problem, "__notes__", [])])
