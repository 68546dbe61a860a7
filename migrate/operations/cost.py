"""What the target and the migration cost, by AWS's Price List or a saved one."""

from __future__ import annotations

from pathlib import Path

from migrate.errors import UsageError
from migrate.model.price import CostReport
from migrate.operations import price_file
from migrate.operations.target import cluster_spec
from migrate.stages.provision.cost import Machine, Usage, report
from migrate.wiring.session import Session


def cost(session: Session, usage: Usage, *, saved: Path | None = None, save: Path | None = None) -> CostReport:
    """`saved`: read prices from there, ask nobody. `save`: keep what AWS answered. Raises UsageError for a bad file."""
    if saved and save:
        raise UsageError("--prices reads a file, --save writes one", code="PRV-052", hint="Give one of the two.")
    replication = session.settings.replication
    machine = Machine(replication.compute, replication.instance_class, replication.multi_az)
    settings = session.settings
    spec = cluster_spec(settings, settings.target.vpc_id, settings.target.subnet_ids)
    if saved:
        return report(spec, machine, usage, settings.aws.region, price_file.read(saved))
    found = report(spec, machine, usage, settings.aws.region, session.inspection.prices)
    if save:
        price_file.save(save, session.inspection.prices.asked_at, session.inspection.prices.answered)
    return found
