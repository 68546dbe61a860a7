from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import withheld_privileges
from checks.facts import Account, Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_accounts import SERVICE_ACCOUNTS
from checks.mysql_names import quoted_account
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a dump tells no accounts"


def _catalog(privileges: tuple[str, ...]) -> Catalog:
    accounts = (Account(name="jobs", host="%", privileges=privileges),)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, accounts=accounts)


class AccountWithWithheldPrivilege(Rule):
    """Account with a privilege that Aurora gives to nobody.

    ## What it finds
    Accounts with SUPER, FILE, SHUTDOWN, BINLOG_ADMIN and the like.

    ## Why it matters on Aurora
    Aurora has no SUPER: the GRANT fails there, and what a job does with it too.

    ## What to do
    Find out what needs it; grant what Aurora's master may grant, and use parameter groups and mysql.rds_ procedures
    for the rest.

    ## References
    AWS user guide, Role-based privilege model (Aurora MySQL)
    """

    code = "MY403"
    slug = "account-with-withheld-privilege"
    severity = Severity.WARNING
    source = "AWS user guide, Role-based privilege model (Aurora MySQL)"
    engines = MYSQL_FAMILY
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog(("SELECT", "SUPER")), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(("SELECT",)), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for account in catalog.accounts or ():
            held = sorted(set(account.privileges or ()) & set(withheld_privileges()))
            if held and account.name not in SERVICE_ACCOUNTS:
                yield self.finding(
                    ObjectRef("account", account.full_name),
                    f"has {', '.join(held)}, which Aurora gives to nobody",
                    remedy="See what uses it, and take it away.",
                    sql=f"REVOKE {', '.join(held)} ON *.* FROM {quoted_account(account.full_name)};",
                )
