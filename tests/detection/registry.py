"""All kinds, by route."""

from __future__ import annotations

from tests.detection import mysql_kinds, postgres_kinds
from tests.detection.kinds import Harmless, Kind, Route


def kinds_of(route: Route) -> tuple[Kind, ...]:
    return tuple(kind for kind in (*postgres_kinds.KINDS, *mysql_kinds.KINDS) if route in kind.routes)


def harmless_of(route: Route) -> tuple[Harmless, ...]:
    return tuple(kind for kind in (*postgres_kinds.HARMLESS, *mysql_kinds.HARMLESS) if route in kind.routes)
