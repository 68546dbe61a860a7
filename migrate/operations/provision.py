"""Provision: show the change set, apply it, verify the cluster."""

from __future__ import annotations

from dataclasses import replace

from migrate.model.cluster import ChangeSet, Cluster, ClusterSpec
from migrate.operations import history
from migrate.operations.target import cluster_spec, obey_policy
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.stages.provision.plan import plan as provision_plan
from migrate.stages.provision.review import review
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld
from migrate.template.render import render
from migrate.wiring import Session


def plan(session: Session) -> ChangeSet:
    """Create the change set and show it; nothing is executed. Raises SaysNo when it would destroy data."""
    return review(_world(session, _request(session, session.history)))


def apply(session: Session) -> Cluster:
    """Bring the stack to what migration.toml says. Begun before: goes on with what is under way."""
    with session.writing() as journal:
        journal.verify()
        request = _request(session, journal)
        execute(provision_plan(request), _world(session, request), journal, emit=session.emit, clock=session.clock)
    return session.cluster


def template(session: Session) -> str:
    return render(_spec(session))


def _world(session: Session, request: ProvisionRequest) -> ProvisionWorld:
    return ProvisionWorld(request=request, stacks=session.stacks, emit=session.emit, clock=session.clock)


def _request(session: Session, journal: Journal) -> ProvisionRequest:
    begun = history.open_run(journal, "provision")
    run = begun.run if begun else f"provision-{history.next_number(journal, 'provision')}"
    spec = _spec(session)
    birth = render(replace(spec, deletion_protection=False))
    return ProvisionRequest(run=run, spec=spec, template=render(spec), birth_template=birth)


def _spec(session: Session) -> ClusterSpec:
    obey_policy(session.settings, stand_in=session.aws.loopback)
    return cluster_spec(session.settings, *session.network)
