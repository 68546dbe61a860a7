from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class RowLevelSecurity(Rule):
    """Table with row-level security.

    ## What it finds
    Tables with ROW LEVEL SECURITY enabled.

    ## Why it matters on Aurora
    A reader that policies bind sees fewer rows: pg_dump stops over it, DMS copies what it sees and reports success.
    On the target the role that applies changes may be bound too; Aurora has no superuser who is not.

    ## What to do
    Read and apply as the tables' owner (not with FORCE) or as a role with BYPASSRLS, enable it on the target after
    the cutover, and make the roles that policies name there first.

    ## References
    https://www.postgresql.org/docs/current/ddl-rowsecurity.html
    """

    code = "PG124"
    slug = "row-level-security"
    severity = Severity.WARNING
    source = "unsourced: inferred from what row-level security does to a reader who is neither owner nor BYPASSRLS"
    bad = ("CREATE TABLE visit (id int PRIMARY KEY); ALTER TABLE visit ENABLE ROW LEVEL SECURITY;",)
    good = ("CREATE TABLE visit (id int PRIMARY KEY); ALTER TABLE visit DISABLE ROW LEVEL SECURITY;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.row_security:
                yield self.finding(
                    table.ref,
                    "has row-level security: a reader bound by its policies copies fewer rows, without an error",
                    remedy="Read as a role that this lists (and compare counts):",
                    sql="SELECT rolname FROM pg_roles WHERE rolbypassrls OR rolsuper;",
                )
