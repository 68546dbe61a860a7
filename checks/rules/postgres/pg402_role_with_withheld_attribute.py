from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Account, Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule


class RoleWithWithheldAttribute(Rule):
    """Role with an attribute that Aurora gives nobody.

    ## What it finds
    Roles with SUPERUSER or REPLICATION. On a live server only those that own tables, views or sequences here or are
    connected now; a superuser that is connected is told by PG401. In a dump of roles, all.

    ## Why it matters on Aurora
    The master user has neither attribute and cannot give them: the statement that makes the role fails, and with it
    what it should own. What a program does by these rights it cannot do there.

    ## What to do
    Make the role without the attribute on the target. `rds_superuser` is for administrators; for replication there is
    the role `rds_replication`.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG402"
    slug = "role-with-withheld-attribute"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    needs = ("accounts",)
    bad = ("CREATE ROLE feed LOGIN REPLICATION;",)
    good = ("CREATE ROLE feed LOGIN NOREPLICATION;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for account in catalog.accounts or ():
            attribute = "SUPERUSER" if account.superuser else "REPLICATION"
            if not _concerns(account):
                continue
            instead = "rds_superuser" if account.superuser else "rds_replication"
            yield self.finding(
                ObjectRef("role", account.name, account.location),
                f"has {attribute}, which no role has on Aurora",
                remedy=f"Make it without on the target; {instead} stands for it where it is needed. Rehearse with:",
                sql=f"ALTER ROLE {quoted(account.name)} NO{attribute};",
            )


def _concerns(account: Account) -> bool:
    if not (account.superuser or account.replication) or account.name.startswith("rds"):
        return False
    if account.owns is None and account.sessions is None:
        return True
    return bool(account.owns) or bool(account.sessions and not account.superuser)
