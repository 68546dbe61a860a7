"""Provision: show the change set, apply it, verify the cluster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrate.errors import SaysNo, UsageError
from migrate.model.checkup import Check, Health
from migrate.model.cluster import ChangeSet, ClusterSpec
from migrate.operations import verification
from migrate.operations.attempt import attempt
from migrate.operations.place import place
from migrate.operations.target import cluster_spec, fit_network, fit_offer, fit_support, obey_policy
from migrate.runner.execute import execute
from migrate.stages.provision.plan import adopt as adopt_plan
from migrate.stages.provision.plan import plan as provision_plan
from migrate.stages.provision.review import review
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld
from migrate.template.flavor import wire_version
from migrate.template.permissions import files as policy_files
from migrate.template.render import render, render_yaml
from migrate.wiring.session import Session

GIVEN = "GIVEN"
"""Kind of the empty change set of a cluster that was there before."""


def plan(session: Session, permitted: tuple[str, ...] = ()) -> ChangeSet:
    """Create the change set and show it; nothing is executed. Raises SaysNo when it would destroy data.

    A cluster that was there before has no change set: the answer is an empty one.
    """
    if given := session.settings.target.cluster:
        _adoptable(session, given)
        return ChangeSet(given, "", GIVEN)
    return review(_world(session, _request(session, permitted)))


def apply(session: Session, permitted: tuple[str, ...] = ()) -> list[Check]:
    """Bring the stack to what migration.toml says, and walk the checklist of it, which is kept as evidence. Begun
    before: goes on with what is under way.

    Raises SaysNo(PRV-040) when the cluster stands, and is not as it must be.
    """
    with session.writing() as journal:
        journal.verify()
        given = session.settings.target.cluster
        request = _adoption(session, given) if given else _request(session, permitted)
        build = adopt_plan if given else provision_plan
        begun = attempt(journal, "provision", "provision", lambda run: build(replace(request, run=run)))
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
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    settings = session.settings
    spec = cluster_spec(settings, *session.network) if settings.target.cluster else _spec(session)
    for name, text in policy_files(spec, place(session)).items():
        path = folder / name
        path.write_text(f"{text}\n", encoding="utf-8")
        written.append(path)
    return written


def _world(session: Session, request: ProvisionRequest) -> ProvisionWorld:
    return ProvisionWorld(
        request=request, stacks=session.stacks, clusters=session.clusters, emit=session.emit, clock=session.clock
    )


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


def _adoption(session: Session, given: str) -> ProvisionRequest:
    _adoptable(session, given)
    return ProvisionRequest(run="provision", spec=cluster_spec(session.settings, *session.network), template="")


def _adoptable(session: Session, given: str) -> None:
    """Raises UsageError PRV-028 for a cluster of another engine, AwsError where there is none."""
    engine = session.posture.read(given).engine
    if engine != (wanted := session.settings.target.engine.value):
        raise UsageError(
            f"cluster {given} is {engine}, the target is to be {wanted}",
            code="PRV-028",
            hint="Name another cluster under [target], or correct its engine there.",
        )


def _spec(session: Session) -> ClusterSpec:
    if given := session.settings.target.cluster:
        raise UsageError(
            f"cluster {given} was there before: there is no template of it",
            code="PRV-029",
            hint="Leave `cluster` out to have one made. How it stands: aurora-migrate provision audit",
        )
    obey_policy(session.settings, stand_in=session.aws.loopback)
    vpc_id, subnet_ids = session.network
    fit_network(session.settings, vpc_id, session.subnets)
    return cluster_spec(session.settings, vpc_id, subnet_ids)
