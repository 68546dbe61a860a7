from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import login_plugins
from checks.facts import Account, Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_accounts import SERVICE_ACCOUNTS
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a dump tells no accounts"


def _catalog(plugin: str) -> Catalog:
    accounts = (Account(name="shop", host="%", plugin=plugin),)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, accounts=accounts)


class LoginThatAuroraLacks(Rule):
    """Account that logs in as Aurora cannot.

    ## What it finds
    Accounts with an authentication plugin other than mysql_native_password, caching_sha2_password, Kerberos and
    AWS's own; roles and locked accounts do not count.

    ## Why it matters on Aurora
    Aurora has neither sockets nor PAM, LDAP, ed25519 or sha256_password: the account cannot be made as it is. Nor
    may the driver of an application know every plugin.

    ## What to do
    Make it anew with caching_sha2_password or mysql_native_password and a new password, or with IAM.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY404"
    slug = "login-that-aurora-lacks"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html"
    engines = MYSQL_FAMILY
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog("ed25519"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("mysql_native_password"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for account in catalog.accounts or ():
            plugin = account.plugin
            if plugin is None or not account.login or account.locked or account.name in SERVICE_ACCOUNTS:
                continue
            if plugin not in login_plugins():
                yield self.finding(
                    ObjectRef("account", account.full_name),
                    f"logs in by {plugin}, which Aurora does not have",
                    remedy="Make it anew on the target with caching_sha2_password, or with IAM.",
                )
