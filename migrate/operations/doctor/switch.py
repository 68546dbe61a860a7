"""What a handover will move: whether it says now which side the application is pointed to."""

from __future__ import annotations

from migrate.errors import MigrateError
from migrate.model.checkup import Check, Health
from migrate.model.cutover import Ownership
from migrate.wiring.session import Session

AREA = "application"


def check(session: Session) -> Check:
    """Asks it as the gate `owner-certain` will."""
    what = f"the application's {session.settings.switched}"
    try:
        owner, look = session.traffic.owner(), session.traffic.look
    except MigrateError as problem:
        found = f"{problem.code} {problem}"
        return Check(area=AREA, what=what, health=Health.WARNING, found=found, remedy=problem.hint)
    if owner is Ownership.AMBIGUOUS:
        found, remedy = "does not say which side it points to", f"Look: {look}. docs/switching.md says what it needs."
        return Check(area=AREA, what=what, health=Health.PROBLEM, found=found, remedy=remedy)
    return Check(area=AREA, what=what, health=Health.OK, found=f"points to the {owner}")
