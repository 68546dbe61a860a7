"""The roles of DMS: looked at, and made where they are not there."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.operations.attempt import attempt
from migrate.ports.permissions import ServiceRole
from migrate.runner.execute import execute
from migrate.stages.provision.service_roles import STAGE, RolesWorld, plan
from migrate.wiring.session import Session


def service_roles(session: Session, *, create: bool) -> Sequence[ServiceRole]:
    """As they stand, after those were made that `create` asks for."""
    if create:
        with session.writing() as journal:
            journal.verify()
            begun = attempt(journal, STAGE, "dms-roles", plan)
            world = RolesWorld(session.inspection.service_roles, session.emit)
            execute(begun, world, journal, emit=session.emit, clock=session.clock)
    return session.inspection.service_roles.look()
