from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class RowLevelSecurity(Rule):
    """Table whose policies hide rows from the reader.

    ## What it finds
    Tables with row level security enabled.

    ## Why it matters on Aurora
    A reader that is neither the owner nor has BYPASSRLS sees the rows that the policies show, without any error: the
    full load is short of the others, and so is a comparison by the same reader. The account that this toolkit makes
    for DMS is such a reader. On Aurora nobody is superuser, so FORCE holds the owner, too.

    ## What to do
    Give the reader BYPASSRLS on the source. Let it read with `row_security = off` in any case (ALTER ROLE … SET): then
    a table that it cannot read in full is an error and not a smaller answer. Write a waiver when both are done.

    ## References
    https://www.postgresql.org/docs/current/ddl-rowsecurity.html
    https://github.com/yugabyte/yb-voyager
    """

    code = "PG316"
    slug = "row-level-security"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = (
        "unsourced: inferred from PostgreSQL's row level security, which a plain SELECT of the DMS account is under"
    )
    bad = ("CREATE TABLE note (id bigint PRIMARY KEY); ALTER TABLE note ENABLE ROW LEVEL SECURITY;",)
    good = ("CREATE TABLE note (id bigint PRIMARY KEY); ALTER TABLE note DISABLE ROW LEVEL SECURITY;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.row_security:
                literal = quoted_table(table.name).replace("'", "''")
                yield self.finding(
                    table.ref,
                    "has row level security: a reader without BYPASSRLS copies only the rows that policies show it",
                    remedy="Give the account that reads BYPASSRLS. These roles see all rows now:",
                    sql="SELECT r.rolname FROM pg_roles r WHERE r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT 1 FROM "
                    f"pg_class c WHERE c.oid = '{literal}'::regclass AND pg_has_role(r.oid, c.relowner, 'USAGE') "
                    "AND NOT c.relforcerowsecurity);",
                )
