"""A person says who owns the application's writes, where reading could not tell."""

from __future__ import annotations

from datetime import timedelta

from migrate.errors import SaysNo
from migrate.model.cutover import Ownership
from migrate.model.database import Side
from migrate.wiring.session import Session

DECLARATION = "declaration"
KEPT = timedelta(days=3650)


def declare(session: Session, owner: Side, by: str) -> None:
    """Have the switch say what `by` found out, so that the handover can be gone on with, or taken back.

    Raises SaysNo when it is not ambiguous and names the other side, or when it points to a place that is the other
    side's: a declaration must not open two sides.
    """
    with session.writing() as journal:
        journal.verify()
        said, what = session.traffic.owner(), session.settings.switched
        if said is not Ownership.AMBIGUOUS and said is not Ownership(owner.value):
            raise SaysNo(
                f"the application's {what} says beyond doubt that the {said} owns the writes",
                code="CUT-095",
                hint="Nothing is to be declared: go on with cutover resume, or go back with rollback.",
            )
        places = {side: _place(session, side) for side in Side}
        here = session.traffic.place()
        if here == places[owner.other]:
            raise SaysNo(
                f"the application's {what} points to the {owner.other.value}, {here[0]}:{here[1]}",
                code="CUT-096",
                hint=f"Look again. If the application is meant to use the {owner.value}, point it there first: of a "
                "secret, make the version that does AWSCURRENT.",
            )
        expires = session.clock.now() + KEPT
        journal.record(DECLARATION, run="declaration", expires_at=expires, facts={"owner": owner.value, "by": by})
        session.traffic.declare(Ownership(owner.value))


def _place(session: Session, side: Side) -> tuple[str, str]:
    address = session.source_address if side is Side.SOURCE else session.target_address
    return address.host, str(address.port)
