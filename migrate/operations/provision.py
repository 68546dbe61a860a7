"""Provision: show the change set, apply it, verify the cluster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrate.errors import SaysNo
from migrate.model.checkup import Check, Health
from migrate.model.cluster import ChangeSet, ClusterSpec
from migrate.operations import verification
from migrate.operations.attempt import attempt
from migrate.operations.target import cluster_spec, fit_network, fit_offer, fit_support, obey_policy
from migrate.runner.execute import execute
from migrate.stages.provision.plan import plan as provision_plan
from migrate.stages.provision.review import review
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld
from migrate.template.flavor import wire_version
from migrate.template.permissions import files as policy_files
from migrate.template.policy import Place
from migrate.template.render import render, render_yaml
from migrate.wiring.session import Session


def plan(session: Session, permitted: tuple[str, ...] = ()) -> ChangeSet:
    """Create the change set and show it; nothing is executed. Raises SaysNo when it would destroy data."""
    return review(_world(session, _request(session, permitted)))


def apply(session: Session, permitted: tuple[str, ...] = ()) -> list[Check]:
    """Bring the stack to what migration.toml says, and walk the checklist of it, which is kept as evidence. Begun
    before: goes on with what is under way.

    Raises SaysNo(PRV-040) when the cluster stands, and is not as it must be.
    """
    with session.writing() as journal:
        journal.verify()
        request = _request(session, permitted)
        begun = attempt(journal, "provision", "provision", lambda run: provision_plan(replace(request, run=run)))
        world = _world(session, replace(request, run=begun.run))
        execute(begun, world, journal, emit=session.emit, clock=session.clock)
        found = list(verification.walk(session))
        verification.keep(session, journal, found, begun.run)
    if wrong := [f"{one.what}: {one.found}" for one in found if one.health is Health.PROBLEM]:
        raise SaysNo(
            f"the cluster stands, but is not as it must be: {'; '.join(wrong)}",
            code="PRV-040",
            hint="What mends each of them: aurora-migrate provision status",
        )
    return found


def template(session: Session, *, yaml: bool = False) -> str:
    """For teams who deploy it themselves. Deletion protection is as the settings say, from birth."""
    return render_yaml(_spec(session)) if yaml else render(_spec(session))


def permissions(session: Session, folder: Path) -> list[Path]:
    """Write the policies of everybody who takes part into `folder`, one file each."""
    partition, account = session.account
    place = Place(partition, session.settings.aws.region, account, session.name, session.settings.application.secret)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in policy_files(_spec(session), place).items():
        path = folder / name
        path.write_text(f"{text}\n", encoding="utf-8")
        written.append(path)
    return written


def _world(session: Session, request: ProvisionRequest) -> ProvisionWorld:
    return ProvisionWorld(request=request, stacks=session.stacks, emit=session.emit, clock=session.clock)


def _request(session: Session, permitted: tuple[str, ...]) -> ProvisionRequest:
    spec = _spec(session)
    version = wire_version(spec.engine, spec.version)
    offered = session.inspection.offers.zones(spec.engine.value, version, spec.instance_class)
    fit_offer(session.settings, offered, session.subnets)
    ends = session.inspection.offers.support_ends(spec.engine.value, version)
    fit_support(session.settings, ends, session.clock.now().date())
    return ProvisionRequest(
        run="provision",
        spec=spec,
        template=render(spec),
        birth_template=render(replace(spec, deletion_protection=False)),
        permitted=tuple(sorted(permitted)),
    )


def _spec(session: Session) -> ClusterSpec:
    obey_policy(session.settings, stand_in=session.aws.loopback)
    vpc_id, subnet_ids = session.network
    fit_network(session.settings, vpc_id, session.subnets)
    return cluster_spec(session.settings, vpc_id, subnet_ids)
