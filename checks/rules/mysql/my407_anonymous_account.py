from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Account, Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_account
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a dump tells no accounts"


def _catalog(name: str) -> Catalog:
    accounts = (Account(name=name, host="%"),)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, accounts=accounts)


class AnonymousAccount(Rule):
    """Account without a name.

    ## What it finds
    Accounts whose user is empty.

    ## Why it matters on Aurora
    Anybody is let in by it, and at the cutover it is one more door to close.

    ## What to do
    Drop it.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/default-privileges.html
    """

    code = "MY407"
    slug = "anonymous-account"
    severity = Severity.NOTICE
    source = "https://dev.mysql.com/doc/refman/8.0/en/default-privileges.html"
    engines = MYSQL_FAMILY
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog(""), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("shop"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for account in catalog.accounts or ():
            if not account.name:
                name = f"''@{quoted_account(account.host or '%')}"
                yield self.finding(
                    ObjectRef("account", name),
                    "has no user name: it lets anybody in",
                    remedy="Drop it.",
                    sql=f"DROP USER {name};",
                )
