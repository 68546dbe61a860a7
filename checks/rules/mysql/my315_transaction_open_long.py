from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState, Transaction

_LONG = 300


def _catalog(seconds: int) -> Catalog:
    writers = (Transaction(user="etl", seconds=seconds, database="shop", pid=41),)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, state=ServerState(writers=writers))


class TransactionOpenLong(Rule):
    """Transaction that stays open for long.

    ## What it finds
    Transactions open for more than five minutes. Needs PROCESS; without it nothing is known.

    ## Why it matters on Aurora
    DMS waits ten minutes for the transactions that are open when it begins; then it goes on and never sees their
    changes, unless the task is told to fail.

    ## What to do
    Let it end, or end it, before the load begins; set FailOnTransactionConsistencyBreached.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.FullLoad.html
    """

    code = "MY315"
    slug = "transaction-open-long"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html"
    engines = MYSQL_FAMILY
    needs = ("state.writers",)
    bad = (LiveExample(lambda: _catalog(900), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(30), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for one in (catalog.state.writers if catalog.state else None) or ():
            if one.seconds > _LONG:
                yield self.finding(
                    ObjectRef("transaction", f"of {one.user or 'somebody'} in {one.database or 'no database'}"),
                    f"is open for {one.seconds} s (connection {one.pid}): the load may begin without its changes",
                    remedy="See what it does, and let it end before the load begins.",
                    sql=f"SELECT user, host, time, info FROM information_schema.processlist WHERE id = {one.pid};",
                )
