"""The service's own test of both connections (dms.md §3: state testing_connection)."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.sandbox.dms.conditions import LINK_DOWN
from migrate.sandbox.dms.context import Context
from migrate.sandbox.dms.engines import MOVED_FAMILIES
from migrate.sandbox.dms.logins import LoginError, resolve
from migrate.sandbox.dms.probe import failure, worded
from migrate.sandbox.dms.resources import Endpoint


def refusal(context: Context, ends: Sequence[Endpoint]) -> str:
    """Why one of the endpoints cannot be used, empty when all can. Connects; call it without the store's lock."""
    families = {end.engine.family for end in ends}
    if len(families) != 1 or not families <= MOVED_FAMILIES:
        return f"The stand-in moves no rows between {' and '.join(end.engine_name for end in ends)}."
    for end in ends:
        if context.conditions.is_cut(end.type):
            return f"{end.identifier}: {worded(LINK_DOWN.format(side=end.type))}"
        arn = end.definition.get("CertificateArn")
        certificate = context.store.certificates.get(arn) if arn else None
        try:
            problem = failure(resolve(end, certificate.file if certificate else None, context.read_secret))
        except LoginError as error:
            problem = str(error)
        if problem:
            return f"{end.identifier}: {problem}"
    return ""
