"""Shows the next cutover's plan and records an approval bound to its digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate.operations import cutover, finalize
from migrate.runner.explain import explain as explain_plan
from migrate.wiring.session import Session


@dataclass(frozen=True)
class Explained:
    run: str
    digest: str
    steps: list[tuple[str, str, str]]
    """Id, title and state of every step."""


@dataclass(frozen=True)
class Approved:
    run: str
    digest: str
    expires_at: datetime


def explain(session: Session, stage: str = "cutover") -> Explained:
    journal = session.history
    plan = cutover.prepare(session, journal, stage).plan
    return Explained(plan.run, plan.digest, [(s.id, s.title, s.state) for s in explain_plan(plan, journal)])


def approve(session: Session, by: str, finalizing: bool = False) -> Approved:
    """Bind `by`'s consent to the plan as it stands now. Raises what building that plan raises."""
    with session.writing() as journal:
        if finalizing:
            plan_run, digest = (built := finalize.prepare(session, journal).plan).run, built.digest
        else:
            plan_run, digest = (ready := cutover.prepare(session, journal, "cutover").plan).run, ready.digest
        expires = session.clock.now() + timedelta(hours=session.settings.limits.approval_hours)
        journal.record("approval", run=plan_run, expires_at=expires, facts={"by": by, "digest": digest})
    return Approved(plan_run, digest, expires)
