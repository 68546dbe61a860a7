from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_DDL = re.compile(
    r"\b(?:CREATE\s+(?:UNLOGGED\s+)?TABLE|ALTER\s+TABLE|DROP\s+TABLE)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:[\w.\"%]+|')",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(r"\bCREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?TEMP(?:ORARY)?\s+TABLE\b", re.IGNORECASE)


class DdlInRoutine(Rule):
    """Routine that makes, changes or drops tables.

    ## What it finds
    Routines whose text has a CREATE, ALTER or DROP TABLE, also as dynamic SQL. Those that make temporary tables are
    left out.

    ## Why it matters on Aurora
    A table that comes while changes are captured is not on the target, and its rows never arrive; a new column stops
    the task or stays empty. DMS does not see DDL that a routine runs, native replication carries none.

    ## What to do
    Make what it will need (the partitions of the coming weeks) before the load, and let it rest until the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG320"
    slug = "ddl-in-routine"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    bad = ("CREATE PROCEDURE grow() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE part (i int); END $$;",)
    good = ("CREATE PROCEDURE grow() LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE part (i int); END $$;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            body = _COMMENT.sub(" ", routine.body)
            found = _DDL.search(body)
            if found and not _TEMPORARY.search(body):
                yield self.finding(
                    routine.ref,
                    f"changes tables ({' '.join(found[0].split())}): this does not reach the target",
                    remedy="Make what it will need before the load; let it rest while changes are captured.",
                )
