from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TRUNCATE = re.compile(r"\bTRUNCATE\s+(?:TABLE\s+|ONLY\s+)*(?P<table>[\w.\"%]+|')", re.IGNORECASE)
_NO_TABLE = frozenset({"trigger", "on", "or"})


class TruncateInRoutine(Rule):
    """Routine that truncates a table.

    ## What it finds
    Routines whose text has a TRUNCATE, also one that they run as dynamic SQL. What the application sends itself is
    not seen here.

    ## Why it matters on Aurora
    DMS does not carry a TRUNCATE over when it captures changes, without an error: the rows stay on the target and what
    comes after is added to them. Native replication carries it, but fails where a foreign key comes from a table
    outside the subscription.

    ## What to do
    Let the job rest while changes are captured, or let it DELETE instead; load the table again if it has run.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG319"
    slug = "truncate-in-routine"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    bad = ("CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$ BEGIN TRUNCATE stage; END $$;",)
    good = ("CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM stage; END $$;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            for found in _TRUNCATE.finditer(_COMMENT.sub(" ", routine.body)):
                if found["table"].lower() not in _NO_TABLE:
                    yield self.finding(
                        routine.ref,
                        f"truncates ({' '.join(found[0].split())}), which DMS does not carry over",
                        remedy="Let it rest while changes are captured, or let it DELETE.",
                    )
                    break
