"""What the schemas of both sides differ in: asked before changes are followed, by a gate, and whenever somebody asks.

Expected are differences that have to be, by what the target is; that rest until a cutover, as triggers do; and those
that migration.toml accepts. All others close the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from migrate.model.inventory import Discrepancy, Excuse, compare, foremost
from migrate.model.json import Facts
from migrate.model.roles import KEPT, Roles
from migrate.ports.database import Database

RESTING = "rests until the cutover"
ACCEPTED = "accepted in migration.toml"
TOLD_MAX = 10


def schema_diff(
    source: Database,
    target: Database,
    schemas: Sequence[str],
    *,
    friends: Sequence[str] = (),
    resting: Facts | None = None,
    accepted: Sequence[str] = (),
    roles: Roles = KEPT,
) -> tuple[Discrepancy, ...]:
    """Every difference, expected ones with their reason. `friends` are DMS's and the toolkit's logins, whose rights do
    not count; `resting` is what a side's triggers were when they were put to rest; `accepted` are patterns of objects,
    as `event trigger *`; `roles` is what the target calls the source's.
    """

    def rests(each: Discrepancy) -> str:
        return RESTING if resting is not None and target.triggers.resting(resting, each) else ""

    def is_accepted(each: Discrepancy) -> str:
        return ACCEPTED if any(fnmatchcase(each.object, pattern) for pattern in accepted) else ""

    def has_to_be(each: Discrepancy) -> str:
        return source.schema.excuse(each, roles)

    excuses: tuple[Excuse, ...] = (has_to_be, rests, is_accepted)
    here, there = source.schema.inventory(schemas, friends, roles), target.schema.inventory(schemas, friends)
    return compare(here, there, excuses)


def told(found: Sequence[Discrepancy]) -> str:
    """The first of them in one line."""
    more = f"; and {len(found) - TOLD_MAX} more" if len(found) > TOLD_MAX else ""
    return "; ".join(str(each) for each in foremost(found)[:TOLD_MAX]) + more
