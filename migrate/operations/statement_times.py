"""The application's statements on both sides: what one took before, what it takes now.

Both servers count by themselves (pg_stat_statements, performance_schema), since they were started or reset. So the
source still tells how it was after a switch. Only what reads and changes rows is looked at: of that alone the servers
take the values out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.facts import RunStatement
from migrate.errors import SaysNo
from migrate.model.measurement import RunStatements
from migrate.model.statement_times import StatementTimes
from migrate.ports.database import Database
from migrate.runner.masking import masked
from migrate.wiring.session import Session

MOST = 5_000
REMARKS = re.compile(r"/\*.*?\*/|--[^\n]*|#[^\n]*", re.DOTALL)
OF_ROWS = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|REPLACE)\b", re.IGNORECASE)


def statement_times(session: Session, least: int) -> list[StatementTimes]:
    """Statements that ran at least `least` times on each side, those first that cost the target most beyond the source.

    Raises SaysNo(CUT-023) where a side does not count, or does not tell.
    """
    schemas = session.settings.source.schemas or session.source.catalog().schemas
    before, after = (
        _counted(side, schemas, name) for side, name in ((session.source, "source"), (session.target, "target"))
    )
    found = [
        StatementTimes(
            text=masked(text),
            calls_source=before[text].calls,
            calls_target=after[text].calls,
            mean_source=before[text].seconds / before[text].calls,
            mean_target=after[text].seconds / after[text].calls,
        )
        for text in before.keys() & after.keys()
        if min(before[text].calls, after[text].calls) >= max(1, least)
    ]
    return sorted(found, key=lambda one: (-one.more_seconds, one.text))


def _counted(database: Database, schemas: tuple[str, ...], name: str) -> Mapping[str, RunStatement]:
    told = database.measures.statements(schemas, MOST)
    if told.seen is None:
        raise SaysNo(
            f"the {name} does not tell what a statement takes: {told.unknown}",
            code="CUT-023",
            hint="Aurora counts by default. PostgreSQL: CREATE EXTENSION pg_stat_statements, and pg_read_all_stats for"
            " the toolkit's login. MySQL: performance_schema = ON, and SELECT on performance_schema.*",
        )
    return _by_text(told)


def _by_text(told: RunStatements) -> dict[str, RunStatement]:
    """By what both servers write alike; one that stands there twice, with other blanks or remarks, is one."""
    found: dict[str, RunStatement] = {}
    for one in told.seen or ():
        text = " ".join(REMARKS.sub(" ", one.text).split())
        if OF_ROWS.match(text) is None:
            continue
        known = found.get(text)
        calls, seconds = (known.calls, known.seconds) if known else (0, 0.0)
        found[text] = RunStatement(id=one.id, text=text, calls=calls + one.calls, seconds=seconds + one.seconds)
    return found
