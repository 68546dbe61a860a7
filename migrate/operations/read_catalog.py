"""A catalog is read whole, which may take a while with ten thousand tables: whoever waits is told."""

from __future__ import annotations

from collections.abc import Sequence

from checks.facts import Catalog
from migrate.events import Emit, Progressed
from migrate.ports.database import Database

WORK = "read the catalog"


def read_catalog(database: Database, emit: Emit, schemas: Sequence[str] = ()) -> Catalog:
    """Of these schemas, or of all that are an application's. Raises what reading it does."""
    emit(Progressed(WORK, 0, None, "tables"))
    catalog = database.catalog(schemas)
    emit(Progressed(WORK, len(catalog.tables), len(catalog.tables), "tables"))
    return catalog
