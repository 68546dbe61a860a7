from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule


class RoleThatSeesAllRows(Rule):
    """Role that row level security does not hold.

    ## What it finds
    Roles with BYPASSRLS that are no superusers, where a table of the database has row level security.

    ## Why it matters on Aurora
    Roles are not in a dump of the database. Made anew without the attribute the role sees only what the policies show:
    its reports and exports are short of rows, without an error. Only who has BYPASSRLS may give it, and the master user
    is not known to have it.

    ## What to do
    Try on the target whether the attribute can be given; otherwise write a policy that lets the role see all rows.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG406"
    slug = "role-that-sees-all-rows"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    needs = ("accounts",)
    bad = (
        "CREATE ROLE audit BYPASSRLS; CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY;",
    )
    good = (
        "CREATE ROLE audit NOBYPASSRLS; CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY;",
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if not any(table.row_security for table in catalog.tables):
            return
        for account in catalog.accounts or ():
            if account.bypasses_row_security and not account.superuser and not account.name.startswith("rds"):
                yield self.finding(
                    ObjectRef("role", account.name, account.location),
                    "has BYPASSRLS, which no dump of the database carries over: without it, it sees fewer rows",
                    remedy="Try this on the target; where it is refused, write policies for the role.",
                    sql=f"ALTER ROLE {quoted(account.name)} BYPASSRLS;",
                )
