from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule

_RESERVED = frozenset(
    {"rdsadmin", "rdsrepladmin", "rdstopmgr", "rds_superuser", "rds_replication", "rds_password", "rds_iam", "rds_ad"}
    | {"rds_extension", "rds_reserved"}
)
_SERVICE = "rdsadmin"


class ReservedRoleName(Rule):
    """Role of your own with a name that RDS has taken.

    ## What it finds
    Roles called as the roles of RDS, on a source that is not RDS itself (there is no rdsadmin).

    ## Why it matters on Aurora
    The role exists there already and belongs to the service: it cannot be made, and whoever is granted it gets the
    rights that RDS gave it.

    ## What to do
    Rename it on the source, with the programs that log in as it.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG403"
    slug = "reserved-role-name"
    severity = Severity.BLOCKER
    blocks = "provision"
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    needs = ("accounts",)
    bad = ("CREATE ROLE rds_superuser;",)
    good = ("CREATE ROLE administrators;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        accounts = catalog.accounts or ()
        if any(account.name == _SERVICE for account in accounts):
            return
        for account in accounts:
            if account.name in _RESERVED:
                yield self.finding(
                    ObjectRef("role", account.name, account.location),
                    "has a name that RDS keeps for a role of its own",
                    remedy="Rename it on the source before the migration.",
                    sql=f"ALTER ROLE {quoted(account.name)} RENAME TO {quoted('own_' + account.name)};",
                )
