from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Account, Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_accounts import SERVICE_ACCOUNTS
from checks.mysql_columns import some
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a dump tells no accounts"


def _catalog(host: str) -> Catalog:
    accounts = (Account(name="shop", host=host),)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, accounts=accounts)


class AccountBoundToHosts(Rule):
    """Account that logs in from certain hosts alone.

    ## What it finds
    Accounts whose host is not `%`; one finding for all.

    ## Why it matters on Aurora
    Addresses of the old network and localhost mean nothing to a cluster in a VPC: the same user gets no access.

    ## What to do
    Make the accounts for the application's new addresses.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/account-names.html
    """

    code = "MY408"
    slug = "account-bound-to-hosts"
    severity = Severity.NOTICE
    source = "https://dev.mysql.com/doc/refman/8.0/en/account-names.html"
    engines = MYSQL_FAMILY
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog("10.1.%"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("%"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        bound = [
            account.full_name
            for account in catalog.accounts or ()
            if account.host not in (None, "", "%")
            and account.login
            and not account.locked
            and account.name not in SERVICE_ACCOUNTS
        ]
        if bound:
            yield self.finding(
                ObjectRef("accounts", "bound to hosts"),
                f"are let in from certain hosts alone: {some(bound)}",
                remedy="Make them on the target for the addresses that the application has there.",
            )
