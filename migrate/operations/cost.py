"""What the target and the migration cost, by AWS's Price List or a saved one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from migrate.errors import StateConflict, UsageError
from migrate.events import Noted
from migrate.model.json import Facts
from migrate.model.price import CostReport
from migrate.operations import price_file
from migrate.operations.readiness.report import PRICE
from migrate.operations.target import cluster_spec
from migrate.report.cost import summary
from migrate.stages.provision.cost import Machine, Usage, report
from migrate.wiring.session import Session

KEPT = timedelta(days=90)


def cost(session: Session, usage: Usage, *, saved: Path | None = None, save: Path | None = None) -> CostReport:
    """`saved`: read prices from there, ask nobody. `save`: keep what AWS answered. Raises UsageError for a bad file.

    The sums are kept as evidence, for the readiness report; where a run holds the lease that is left, and told.
    """
    if saved and save:
        raise UsageError("--prices reads a file, --save writes one", code="PRV-052", hint="Give one of the two.")
    replication = session.settings.replication
    machine = Machine(replication.compute, replication.instance_class, replication.multi_az)
    settings = session.settings
    spec = cluster_spec(settings, settings.target.vpc_id, settings.target.subnet_ids)
    prices = price_file.read(saved) if saved else session.inspection.prices
    found = report(spec, machine, usage, settings.aws.region, prices)
    if save:
        price_file.save(save, session.inspection.prices.asked_at, session.inspection.prices.answered)
    _keep(session, found)
    return found


def _keep(session: Session, found: CostReport) -> None:
    facts: Facts = {
        "the target, a month": summary(found.monthly),
        f"the migration, once, {found.days} days": summary(found.migration),
        "prices": f"{found.source}, asked {found.asked_at}",
    }
    try:
        with session.writing(briefly=True) as journal:
            journal.record(PRICE, run="provision-cost", expires_at=session.clock.now() + KEPT, facts=facts)
    except StateConflict as held:
        session.emit(Noted(f"the price is not kept as evidence: {held}", warning=True))
