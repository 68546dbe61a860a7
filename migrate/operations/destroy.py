"""Be rid of the cluster: asked for twice, after everything that still needs it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrate.errors import SaysNo, UsageError
from migrate.model.database import Side
from migrate.model.replication import Direction
from migrate.operations import history, names
from migrate.operations.attempt import attempt
from migrate.operations.target import cluster_spec
from migrate.ports.journal import Journal
from migrate.runner.execute import execute
from migrate.stages.provision.plan import destroy as destroy_plan
from migrate.stages.provision.world import ProvisionRequest, ProvisionWorld
from migrate.template.render import render
from migrate.wiring.session import Session

STAGE = "provision destroy"


def destroy(session: Session, confirmed: str, *, lift_protection: bool) -> Sequence[str]:
    """Delete the stack; returns the snapshots that are left of the cluster.

    Raises UsageError(PRV-030) unless `confirmed` is the stack's name, SaysNo while the application runs there
    (PRV-031), a task feeds it (PRV-032), a handover is open (PRV-033), it is protected (PRV-011), or it is somebody
    else's (PRV-012), or was there before (PRV-034).
    """
    if given := session.settings.target.cluster:
        raise SaysNo(
            f"cluster {given} was there before this migration",
            code="PRV-034",
            hint="The toolkit ends only what it made. What else it left: aurora-migrate cleanup --plan",
        )
    stack = session.settings.target.stack
    if confirmed != stack:
        raise UsageError(
            f"{confirmed or 'no stack'} was named, which is not the stack of this migration",
            code="PRV-030",
            hint=f"If you mean to delete the cluster with its data: --confirm {stack}",
        )
    with session.writing() as journal:
        journal.verify()
        _nobody_needs_it(session, journal)
        request = _request(session, lift_protection)
        begun = attempt(journal, STAGE, "destroy", lambda run: destroy_plan(replace(request, run=run)))
        world = ProvisionWorld(
            request=request,
            stacks=session.stacks,
            clusters=session.clusters,
            emit=session.emit,
            clock=session.clock,
        )
        execute(begun, world, journal, emit=session.emit, clock=session.clock)
    return session.stacks.snapshots(stack)


def _request(session: Session, lift_protection: bool) -> ProvisionRequest:
    spec = cluster_spec(session.settings, *session.network)
    if lift_protection:
        spec = replace(spec, deletion_protection=False)
    return ProvisionRequest(run="destroy", spec=spec, template=render(spec))


def _nobody_needs_it(session: Session, journal: Journal) -> None:
    if history.open_run(journal, *history.HANDOVERS, "finalize") is not None:
        raise SaysNo("a handover is open", code="PRV-033", hint="Run: aurora-migrate status")
    if history.owner(journal) is Side.TARGET:
        raise SaysNo(
            "the application runs on this cluster",
            code="PRV-031",
            hint="The toolkit never deletes the database that serves. Go back first with: aurora-migrate rollback",
        )
    if history.runs(journal, "replicate") and (running := _running(session)):
        raise SaysNo(
            f"{', '.join(running)} still writes to this cluster",
            code="PRV-032",
            hint="Run: aurora-migrate replicate stop",
        )


def _running(session: Session) -> list[str]:
    """The tasks with the full load; those of later handovers end with them."""
    tasks = [names.task(session.name, task.name, Direction.FORWARD, 0) for task in session.settings.tasks]
    return session.tasks.unresolved(tasks)
