"""The sequence: assess to validate, cutover, writes on the target, rollback, second cutover, finalize."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from migrate.errors import SaysNo
from migrate.model.validation import Verdict
from migrate.operations import approval, assess, cutover, finalize, history, provision, replicate, validate
from migrate.operations.rehearsal.application import Application
from migrate.operations.rehearsal.injector import Injector
from migrate.operations.rehearsal.perseverance import Perseverance
from migrate.operations.rehearsal.planned import When
from migrate.operations.rehearsal.timeline import Timeline
from migrate.wiring.session import Session

WRITES_BETWEEN = 1500
"""Acknowledged transactions between two acts: what a rollback has to carry back."""
PATIENCE_SECONDS = 120.0
SETTLING_SECONDS = 1.0


def play(session: Session, application: Application, timeline: Timeline, faults: Injector) -> None:
    """Raises MigrateError where a stage fails or says no, and goes on failing when its faults are cleared.

    What happened stands in the journal.
    """
    carried = Perseverance(session, timeline, faults)
    faults.find_table = carried.busiest

    def write_on() -> None:
        application.wait_for(WRITES_BETWEEN, session.clock, PATIENCE_SECONDS)

    def hand_over(stage: str, act: Callable[[], None], again: Callable[[], None]) -> None:
        carried.through(f"{stage}-{history.next_number(session.history, *history.HANDOVERS)}", act, again)
        write_on()

    def cut_over() -> None:
        approval.approve(session, "rehearsal")
        cutover.run(session, "cutover")

    def cut_over_again() -> None:
        if history.open_run(session.history, *history.HANDOVERS):
            cutover.resume(session)
            return
        require_match(session)
        cut_over()

    def follow() -> None:
        lines = faults.come(When.FOLLOWING)
        write_on()
        for line in lines:
            _wait_until(session, line["until"])
        carried.look()

    def prove() -> None:
        require_match(session)

    def roll_back() -> None:
        cutover.rollback(session)

    write_on()
    with timeline.stage("assess"):
        require_no_blocker(session)
    with timeline.stage("provision"):
        provision.apply(session)
    carried.through("replicate", lambda: _replicate(session))
    if faults.plans(When.FOLLOWING):
        with timeline.stage("follow"):
            follow()
    carried.through("validate", lambda: carried.proven(prove), prove)
    hand_over("cutover", cut_over, cut_over_again)
    hand_over("rollback", roll_back, roll_back)
    hand_over("cutover", cut_over, cut_over_again)
    with timeline.stage("validate at the end"):
        require_match(session)
    application.stop()
    with timeline.stage("finalize"):
        approval.approve(session, "rehearsal", finalizing=True)
        finalize.run(session)


def _replicate(session: Session) -> None:
    replicate.start(session)


def _wait_until(session: Session, moment: str | None) -> None:
    """Until a fault has ended by itself, and a little longer: what it cut is made again."""
    if moment is not None:
        left = (datetime.fromisoformat(moment) - session.clock.now()).total_seconds()
        session.clock.sleep(max(left, 0.0) + SETTLING_SECONDS)


def require_no_blocker(session: Session) -> None:
    report = assess.assess(session)
    if report.summary.blocker:
        raise SaysNo(
            f"the assessment found {report.summary.blocker} blockers",
            code="REH-004",
            hint="; ".join(f"{f.code} {f.message}" for f in report.findings if f.severity.value == "blocker")[:500],
        )


def require_match(session: Session) -> None:
    report = validate.validate(session)
    if report.verdict is not Verdict.MATCH:
        wrong = [f"{t.table} {t.verdict.value} {t.reason}" for t in report.tables if t.verdict is not Verdict.MATCH]
        wrong += [f"{p.name} {p.verdict.value} {p.reason}" for p in report.proofs if p.decides and p.verdict != "match"]
        raise SaysNo(f"no match: {'; '.join(wrong[:5])}", code="REH-005", hint="See the validation report.")
