from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Account, Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_accounts import SERVICE_ACCOUNTS
from checks.mysql_names import quoted_account
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a dump tells no accounts"


def _catalog(privileges: tuple[str, ...]) -> Catalog:
    accounts = (Account(name="shop", host="%", privileges=privileges, sessions=12),)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, accounts=accounts)


class ApplicationBeyondTheFence(Rule):
    """Application that the fence does not hold.

    ## What it finds
    Accounts with SUPER or SYSTEM_USER that have sessions now. Sessions of the toolkit's own user and of the server
    do not count.

    ## Why it matters on Aurora
    At the cutover the accounts of applications are locked and their sessions ended. In MySQL 8 an account with
    SYSTEM_USER is out of reach of a master without it, and SUPER writes to a server that is read-only.

    ## What to do
    Give the application an account of its own without either, before the migration.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/account-categories.html
    """

    code = "MY409"
    slug = "application-beyond-the-fence"
    severity = Severity.BLOCKER
    blocks = "cutover"
    source = "https://dev.mysql.com/doc/refman/8.0/en/account-categories.html"
    engines = MYSQL_FAMILY
    needs = ("accounts",)
    bad = (LiveExample(lambda: _catalog(("SUPER",)), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(("PROCESS",)), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for account in catalog.accounts or ():
            held = sorted({"SUPER", "SYSTEM_USER"} & set(account.privileges or ()))
            if held and account.sessions and not account.locked and account.name not in SERVICE_ACCOUNTS:
                yield self.finding(
                    ObjectRef("account", account.full_name),
                    f"has {' and '.join(held)} and {account.sessions} sessions: no fence keeps it out at the cutover",
                    remedy="See which programs these are, and give an application an account without them.",
                    sql=f"SELECT id, host, db, command FROM information_schema.processlist"
                    f" WHERE user = {quoted_account(account.name)};",
                    severity=None if catalog.engine is Engine.MYSQL else Severity.WARNING,
                )
