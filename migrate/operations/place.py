"""Where this migration's IAM policies hold, and on what of the application's."""

from __future__ import annotations

from migrate.template.policy import Place
from migrate.wiring.session import Session


def place(session: Session) -> Place:
    """Asks AWS whose account it is."""
    partition, account = session.account
    settings, switch = session.settings, session.settings.switch
    return Place(
        partition=partition,
        region=settings.aws.region,
        account=account,
        migration=session.name,
        application_secret=settings.application.secret,
        parameter=switch.parameter if switch else "",
        zone=switch.zone if switch else "",
    )
