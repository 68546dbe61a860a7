"""AWS: who this is, what it may do, and the roles that DMS looks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from migrate.errors import MigrateError
from migrate.model.checkup import Check, Health
from migrate.operations.place import place
from migrate.operations.target import cluster_spec
from migrate.ports.permissions import Statement
from migrate.template.permissions import migrator, provisioner
from migrate.template.resource_permissions import resources
from migrate.wiring.session import Session

AREA = "aws"
LOGS_ROLE = "dms-cloudwatch-logs-role"
BY_PATTERN = "*"


class Role(StrEnum):
    """For whom `provision export --iam` writes policies, and whose rights can be asked for."""

    PROVISIONER = "provisioner"
    MIGRATOR = "migrator"


def checks(session: Session, roles: Sequence[Role]) -> Iterator[Check]:
    """Without an identity nothing else is asked."""
    try:
        arn = session.inspection.permissions.identity()
    except MigrateError as problem:
        yield _failed("identity", problem)
        return
    yield Check(area=AREA, what="identity", health=Health.OK, found=f"{arn} in {session.settings.aws.region}")
    for role in roles:
        yield _permissions(session, role)
    yield from _service_roles(session)


def _permissions(session: Session, role: Role) -> Check:
    what = f"permissions of a {role.value}"
    try:
        denied = session.inspection.permissions.denied(_statements(session, role))
    except MigrateError as problem:
        return _failed(what, problem, Health.WARNING)
    if not denied:
        return Check(area=AREA, what=what, health=Health.OK, found="all that are needed, as IAM simulates them")
    return Check(
        area=AREA,
        what=what,
        health=Health.PROBLEM,
        found=f"lacks {len(denied)}",
        remedy="Attach the policies that this writes: aurora-migrate provision export --iam FOLDER. Lacking are:",
        lines=tuple(f"{one.action} ({one.why})" for one in denied),
    )


def _statements(session: Session, role: Role) -> list[Statement]:
    """What a policy file of that role allows; patterns, which only CloudFormation's reads are, cannot be simulated."""
    spec = cluster_spec(session.settings, *session.network)
    at = place(session)
    documents = [migrator(spec, at)] if role is Role.MIGRATOR else [provisioner(spec, at), resources(spec, at)]
    found: list[Statement] = []
    for document in documents:
        statements = document["Statement"]
        assert isinstance(statements, list)
        found += [one for one in statements if one["Effect"] == "Allow" and BY_PATTERN not in "".join(one["Action"])]
    return found


def _service_roles(session: Session) -> Iterator[Check]:
    try:
        found = session.inspection.service_roles.look()
    except MigrateError as problem:
        yield _failed("roles of DMS", problem, Health.WARNING)
        return
    for role in found:
        yield Check(
            area=AREA,
            what=role.name,
            health=_gravity(role.name, loopback=session.aws.loopback) if role.problem else Health.OK,
            found=role.problem or "as DMS needs it",
            remedy=_mending(ours=role.absent or role.unfinished) if role.problem else "",
        )


def _gravity(name: str, *, loopback: bool) -> Health:
    """Without the first DMS makes no instance, without the second no log; a stand-in asks for neither."""
    return Health.WARNING if loopback or name == LOGS_ROLE else Health.PROBLEM


def _mending(*, ours: bool) -> str:
    if ours:
        return "Run: aurora-migrate provision dms-roles --create"
    return "Mend it in IAM; the template dms-service-roles.json of `provision export --iam` says how it must be."


def _failed(what: str, problem: MigrateError, health: Health = Health.PROBLEM) -> Check:
    return Check(area=AREA, what=what, health=health, found=f"{problem.code} {problem}", remedy=problem.hint)
