from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState, Transaction


def _catalog(prepared: tuple[Transaction, ...]) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, state=ServerState(prepared=prepared))


class PreparedXaTransaction(Rule):
    """Prepared XA transaction.

    ## What it finds
    XA transactions that are prepared and neither committed nor rolled back. MySQL 8 tells them to those with
    XA_RECOVER_ADMIN.

    ## Why it matters on Aurora
    It holds its locks through every restart, its changes come to the log when it is committed, perhaps after the
    cutover, and DMS takes XA from engine 3.5.0 on alone, never from MariaDB 10.6 and later.

    ## What to do
    Let the transaction manager end it, or commit or roll it back by hand.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY314"
    slug = "prepared-xa-transaction"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("state.prepared",)
    bad = (LiveExample(lambda: _catalog((Transaction(user="", seconds=0, gid="X'6f',X'',1"),)), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(()), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for one in (catalog.state.prepared if catalog.state else None) or ():
            yield self.finding(
                ObjectRef("XA transaction", one.gid or ""),
                "is prepared and waits for its end",
                remedy=f"Ask who began it; then XA COMMIT {one.gid} or XA ROLLBACK {one.gid}.",
            )
