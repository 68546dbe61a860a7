"""Tables joined by foreign keys: their rows are read at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.sandbox.dms.worker.engine import Name
from migrate.sandbox.dms.worker.mysql import catalog
from migrate.sandbox.dms.worker.mysql.connection import Connection
from migrate.sandbox.dms.worker.routing import Route


def joined(source: Connection, routes: Sequence[Route[Any]]) -> list[list[Route[Any]]]:
    """Routes joined by foreign keys of the source, together.

    A cascade is not in the log, so child and parent must be seen at one moment.
    """
    group = {route.name: route.name for route in routes}

    def root(name: Name) -> Name:
        while group[name] != name:
            name = group[name]
        return name

    schemas = {route.source.schema for route in routes}
    for child, parent in catalog.references(source, schemas):
        if child in group and parent in group:
            group[root(child)] = root(parent)
    groups: dict[Name, list[Route[Any]]] = {}
    for route in routes:
        groups.setdefault(root(route.name), []).append(route)
    return list(groups.values())
