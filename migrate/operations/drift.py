"""What is not as it was made: resources beside the template, parameters beside migration.toml."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.model.checkup import Check, Health
from migrate.operations.target import cluster_spec, wanted_parameters
from migrate.stages.provision.checklist import parameters_in_file, parameters_in_force
from migrate.wiring.session import Session

AREA = "stack"


def drift(session: Session) -> Iterator[Check]:
    """Changes nothing. Raises AwsError where there is no stack, or no cluster of that name."""
    cluster = session.cluster
    if not session.settings.target.cluster:
        yield from _resources(session)
    spec = cluster_spec(session.settings, *session.network)
    posture = session.posture.read(cluster.identifier)
    yield parameters_in_file(posture, wanted_parameters(session.settings, spec))
    yield parameters_in_force(posture)


def _resources(session: Session) -> Iterator[Check]:
    stack = session.settings.target.stack
    found = session.inspection.drifts.detect(stack)
    for one in found:
        yield Check(
            area=AREA,
            what=f"{one.logical_id} ({one.type})",
            health=Health.PROBLEM,
            found="is gone" if one.gone else "; ".join(one.differences),
            remedy="CloudFormation does not make it again by itself: restore it, or take it out of the stack."
            if one.gone
            else "Take it back by hand, or write it into migration.toml: an update changes only what the file changes.",
        )
    if not found:
        yield Check(area=AREA, what=stack, health=Health.OK, found="as its template says")
