"""The DDL of a MySQL target (dms.md §12)."""

from __future__ import annotations

from migrate.sandbox.dms.worker.altering import Differences
from migrate.sandbox.dms.worker.mysql import quoting
from migrate.sandbox.dms.worker.mysql.catalog import Column
from migrate.sandbox.dms.worker.mysql.connection import Connection, run
from migrate.sandbox.dms.worker.mysql.preparation import created_type
from migrate.sandbox.dms.worker.routing import Route


def alter(target: Connection, route: Route[Column], changed: Differences[Column]) -> None:
    """Repeat an ALTER TABLE in one statement; new columns get the types that DMS makes.

    A column whose type changed gets the source's own where the target had the source's before (assumption).
    """
    parts = [f"RENAME COLUMN {_name(old)} TO {_name(new)}" for old, new in changed.renamed]
    parts += [f"DROP COLUMN {_name(name)}" for name in changed.dropped]
    parts += [f"ADD COLUMN {_name(name)} {created_type(column)}" for column, name in changed.added]
    for was, now, name in changed.retyped:
        there = route.target.column(name) if route.target is not None else None
        same = there is not None and there.type_sql == was.type_sql
        null = " NOT NULL" if there is not None and there.not_null else ""
        parts.append(f"MODIFY COLUMN {_name(name)} {now.type_sql if same else created_type(now)}{null}")
    run(target, f"ALTER TABLE {quoting.name(*route.target_name).decode()} {', '.join(parts)}")


def _name(name: str) -> str:
    return quoting.name(name).decode()
