"""The readiness report: everything from the journal as it is now, and from the kept reports of rehearsals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrate.model.cutover import UNKNOWN
from migrate.model.readiness import Blocker, Chain, Price, ReadinessReport
from migrate.operations import history
from migrate.operations.readiness import decision, figures, findings
from migrate.operations.readiness.consents import consents
from migrate.operations.readiness.drills import drills, restores
from migrate.operations.readiness.gates import standings
from migrate.operations.readiness.record import Record
from migrate.operations.readiness.stages import stages
from migrate.operations.readiness.steps import steps
from migrate.operations.readiness.unproven import unproven
from migrate.operations.readiness.vouching import Vouching
from migrate.operations.readiness.way_back import way_back
from migrate.operations.rehearsal import kept
from migrate.operations.runbooks import runbook
from migrate.operations.status import status
from migrate.settings import Settings
from migrate.wiring.session import Session

PRICE = "price"
"""Evidence that the cost block shows, where a stage recorded any."""


def report(session: Session, rehearsals: Path | None = None) -> ReadinessReport:
    """Asks no database and no AWS. Raises StateConflict for a journal that cannot be trusted."""
    settings, now = session.settings, session.clock.now()
    record, limits = Record(session.history), session.settings.gate_limits
    rehearsed, unread = Vouching(record, session.clock).below(rehearsals or folder(settings))
    believed = tuple(one for one in rehearsed if one.counts)
    route = str(session.route)
    standing = stages(record, rehearsed, now)
    gates = standings(record, runbook(settings, "cutover"), limits, now)
    owners = settings.report.owners
    next_command = status(session, record).next_command
    work = findings.work(record, owners)
    missing = tuple(_owned(one, owners) for one in decision.missing(record, standing, next_command))
    blockers = findings.blockers(work, gates, owners, missing)
    decided, reasons = decision.decide(record, blockers)
    risk, back = findings.risk(record), way_back(record, limits, now)
    predicted = figures.predictions(record, believed, limits, route)
    return ReadinessReport(
        migration=session.name,
        route=route,
        at=now,
        owner=str(history.known_owner(record) or UNKNOWN),
        decision=decided,
        reasons=reasons,
        stages=standing,
        gates=gates,
        blockers=blockers,
        work=work,
        risk=risk,
        predictions=predicted,
        steps=steps(believed),
        rehearsals=rehearsed,
        drills=drills(record, now),
        restores=restores(record, now),
        way_back=back,
        consents=consents(record, now),
        waived=findings.waived(record, now.date()),
        price=_price(record),
        unproven=(
            *unproven(
                record,
                gates,
                predicted,
                risk,
                rehearsed,
                back,
                route=route,
                local=settings.aws.endpoint_url is not None,
            ),
            *(f"Among the kept rehearsals is a file that says nothing: {one}." for one in unread),
        ),
        chain=_chain(record),
        next_command=next_command,
    )


def folder(settings: Settings) -> Path:
    """Where the kept reports of rehearsals lie. The settings that a rehearsal wrote lie in one of their folders."""
    if (settings.home / kept.NAME).is_file():
        return settings.home.parent
    return settings.path(settings.report.rehearsals)


def _owned(one: Blocker, owners: dict[str, str]) -> Blocker:
    return replace(one, owner=findings.owner(owners, one.what.partition(" ")[2]))


def _price(record: Record) -> Price | None:
    found = record.latest(PRICE)
    if found is None:
        return None
    return Price(priced_at=found.taken_at, lines=tuple((name, str(value)) for name, value in found.facts.items()))


def _chain(record: Record) -> Chain:
    entries = record.entries()
    if not entries:
        return Chain(0, "", None, None)
    return Chain(len(entries), entries[-1].hash, entries[0].at, entries[-1].at)
