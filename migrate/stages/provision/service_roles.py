"""The roles that DMS looks for by name: made where they are not there; others' are never changed, none is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from migrate.events import Emit, Noted
from migrate.model.json import Facts
from migrate.model.plan import Plan, Reversal, Step
from migrate.ports.permissions import ServiceRoles

STAGE = "provision dms-roles"


@dataclass(frozen=True)
class RolesWorld:
    roles: ServiceRoles
    emit: Emit


@dataclass(frozen=True)
class MakeRoles(Step[RolesWorld]):
    """They belong to the account, and others may use them by now: nothing takes them away."""

    reversal: ClassVar[Reversal] = Reversal.NONE

    @property
    def id(self) -> str:
        return "roles/make"

    @property
    def title(self) -> str:
        return "make the roles that DMS looks for by name, where they are not there"

    def apply(self, world: RolesWorld, before: Facts) -> Facts:
        made: list[str] = []
        world.roles.create(made.append)
        for name in made:
            world.emit(Noted(f"made the role {name}"))
        return {"made": made}


def plan(run: str) -> Plan[RolesWorld]:
    return Plan(stage=STAGE, run=run, request={}, steps=(MakeRoles(),))
