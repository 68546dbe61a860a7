"""Which individual assessments there are for a pair of engines."""

from __future__ import annotations

from collections.abc import Callable

from migrate.sandbox.dms.assessments.look import Look
from migrate.sandbox.dms.assessments.mysql import MARIADB, MYSQL
from migrate.sandbox.dms.assessments.postgres import POSTGRES
from migrate.sandbox.dms.assessments.tables import TABLES
from migrate.sandbox.dms.assessments.verdict import Verdict

Assessment = Callable[[Look], Verdict]

_OF_FAMILY = {"postgres": POSTGRES, "mysql": MYSQL}


def applicable(source_engine: str, family: str) -> dict[str, Assessment]:
    """By name; one that has nothing to say of a migration type is `skipped` when it runs (assumption)."""
    own = MARIADB if source_engine == "mariadb" else _OF_FAMILY.get(family, {})
    return {**TABLES, **own}
