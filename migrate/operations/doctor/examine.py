"""Everything at once: no check hides the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.errors import MigrateError
from migrate.model.checkup import Check, Health
from migrate.model.database import Side
from migrate.operations.doctor import cloud, environment, servers, switch
from migrate.operations.doctor.cloud import Role
from migrate.wiring.session import Session


def examine(session: Session, roles: Sequence[Role]) -> Iterator[Check]:
    """Reads only. A side or an AWS that is not there is a finding."""
    yield from environment.checks()
    settings = session.settings
    yield Check(area=environment.AREA, what="settings", health=Health.OK, found=f"migration {session.name}")
    yield environment.state(settings.migration.state, settings.home)
    yield from servers.checks(session, Side.SOURCE)
    yield from cloud.checks(session, roles)
    yield switch.check(session)
    yield from _target(session)


def without_settings(problem: MigrateError) -> Iterator[Check]:
    """What can be told where migration.toml cannot be read."""
    yield from environment.checks()
    yield Check(
        area=environment.AREA,
        what="settings",
        health=Health.PROBLEM,
        found=f"{problem.code} {problem}",
        remedy=problem.hint,
    )


def _target(session: Session) -> Iterator[Check]:
    """The cluster may still have to be made."""
    try:
        known = bool(session.cluster.host)
    except MigrateError:
        known = False
    if known:
        yield from servers.checks(session, Side.TARGET)
        return
    yield Check(
        area=Side.TARGET.value,
        what=servers.LOGIN,
        health=Health.UNASKED,
        found="there is no cluster yet, or AWS could not be asked",
        remedy="Make it with: aurora-migrate provision apply",
    )
