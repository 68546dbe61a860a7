"""Records who consents to the next cutover, rollback or finalize."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate.errors import AwsError, SaysNo, StateConflict, UsageError
from migrate.model.json import Facts
from migrate.operations import cutover, finalize
from migrate.operations.landing import Ready
from migrate.ports.journal import Journal
from migrate.stages.cutover.consent import APPROVAL, REVOCATION, consented_to, standing, valid
from migrate.stages.cutover.own import CONFIRMATION
from migrate.wiring import person
from migrate.wiring.session import Session

HELD = "STA-020"
INSTANCE = re.compile(r":assumed-role/[^/]+/i-[0-9a-f]+$")
"""ARN of the session that EC2 makes for an instance: it is named like the instance."""


@dataclass(frozen=True)
class Approved:
    run: str
    digest: str
    expires_at: datetime
    given: int
    """Different people who have approved this plan by now."""
    wanted: int


def approve(session: Session, by: str, role: str = "", finalizing: bool = False) -> Approved:
    """Bind `by`'s consent to the plan as it stands now, and to what the evidence says.

    Raises UsageError for a role that nobody asks for, SaysNo where the runbook asks for no approval, or for a second
    one from one person or account where several people are wanted, and what building the plan raises.
    """
    limits = session.settings.gate_limits
    if role and role not in limits.approver_roles:
        asked = ", ".join(limits.approver_roles) or "none"
        raise UsageError(
            f"nobody asks for the role {role!r}", code="CFG-076", hint=f"Roles under [cutover] approver_roles: {asked}."
        )
    with session.writing() as journal:
        if finalizing:
            plan_run, digest = (built := finalize.prepare(session, journal).plan).run, built.digest
        else:
            plan_run, digest = (ready := _asked_for(cutover.prepare(session, journal)).plan).run, ready.digest
        here = _where(session)
        now, rests_on = session.clock.now(), consented_to(journal)
        earlier = [one.facts for one in valid(journal, plan_run, digest, now)]
        if limits.approvals > 1:
            _refuse_again(by, here, earlier)
        expires = now + timedelta(hours=session.settings.limits.approval_hours)
        facts: Facts = {"by": by, "role": role, **here, "digest": digest, "consented_to": rests_on}
        journal.record(APPROVAL, run=plan_run, expires_at=expires, facts=facts)
    people = {str(one.get("by")).casefold() for one in earlier} | {by.casefold()}
    return Approved(plan_run, digest, expires, len(people), limits.approvals)


def confirm(session: Session, gate: str, by: str, finalizing: bool = False) -> Approved:
    """Record that `by` has seen to what a gate of the team's runbook asks a person. It counts for this plan alone.

    Raises UsageError when the runbook has no such gate.
    """
    with session.writing() as journal:
        ready = finalize.prepare(session, journal) if finalizing else cutover.prepare(session, journal)
        asked = [own.name for own in ready.world.runbook.own_gates if own.act is None]
        if gate not in asked:
            raise UsageError(
                f"the runbook of the {ready.plan.stage} asks nobody to confirm {gate}",
                code="CFG-077",
                hint=f"It asks for: {', '.join(asked) or 'nothing'}.",
            )
        expires = session.clock.now() + timedelta(hours=session.settings.limits.approval_hours)
        facts: Facts = {"gate": gate, "by": by, **_where(session), "digest": ready.plan.digest}
        journal.record(CONFIRMATION, run=ready.plan.run, expires_at=expires, facts=facts)
    return Approved(ready.plan.run, ready.plan.digest, expires, 1, 1)


def revoke(session: Session, by: str) -> int:
    """Take back every approval that `by` gave; returns how many stood.

    Raises SaysNo when there is none, StateConflict while a cutover runs: that is not held back by this, but by stopping
    it.
    """
    with _told_to_stop(), session.writing() as journal:
        given = _standing_of(journal, by, session.clock.now())
        if not given:
            raise SaysNo(
                f"no approval by {by} stands", code="CUT-013", hint="See who approved: aurora-migrate cutover plan"
            )
        now = session.clock.now()
        journal.record(REVOCATION, run="approval", expires_at=now, facts={"by": by})
    return given


def _asked_for(ready: Ready) -> Ready:
    """Whoever means to give the way back up, and forgot to say so, is told that a rollback waits for nobody's yes."""
    stage = ready.plan.stage
    if not any("approved" in slugs for _, slugs in ready.world.runbook.gates):
        raise SaysNo(
            f"the runbook of the {stage} asks for no approval",
            code="CUT-019",
            hint=f"Run: aurora-migrate {stage}. To give the way back up: aurora-migrate cutover approve --finalize",
        )
    return ready


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Whoever acts on an approval holds the lease from beginning to end: nothing else is written meanwhile."""
    try:
        yield
    except StateConflict as held:
        if held.code == HELD:
            held.hint = f"Stop a cutover that is under way: up to its switch that unwinds it. {held.hint}"
        raise


def _standing_of(journal: Journal, by: str, now: datetime) -> int:
    found = [one for one in standing(journal, "") if str(one.facts.get("by")).casefold() == by.casefold()]
    return sum(now < one.expires_at for one in found)


def _where(session: Session) -> Facts:
    """From where somebody says yes: as the kernel and AWS tell it, who ask no environment for a name."""
    try:
        caller = session.inspection.permissions.identity()
    except AwsError:
        caller = ""
    return {"account": person.account(), "caller": caller}


def _refuse_again(by: str, here: Facts, earlier: Sequence[Facts]) -> None:
    """Four eyes are two people: neither one who says yes twice, nor one who says it under two names."""
    for one in earlier:
        name = str(one.get("by"))
        if name.casefold() == by.casefold():
            raise SaysNo(
                f"{name} approved this plan already", code="CUT-014", hint="Another person must approve it as well."
            )
        if shared := _shared(here, one):
            raise SaysNo(
                f"{name} approved this plan from {shared}",
                code="CUT-015",
                hint="The other person approves from an account and with AWS credentials of their own. A state file"
                " belongs to one account: for several, [migration] state names a PostgreSQL database.",
            )


def _shared(here: Facts, there: Facts) -> str:
    """What both were said from; empty where nothing is known to be the same.

    Another caller in AWS makes no other person: whoever takes on a role names its session. The same one is the same
    person, unless it is an instance's, which all have who log in there. Earlier versions noted no caller.
    """
    if here["account"] == there.get("account"):
        return f"the account {here['account']}"
    caller = str(here["caller"])
    if caller and caller == there.get("caller") and not INSTANCE.search(caller):
        return f"the AWS identity {caller}"
    return ""
