from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState, Transaction

_LONG = 600
_BECAUSE = "a dump does not tell what is going on"


def _catalog(seconds: int) -> Catalog:
    writers = (Transaction(user="etl", seconds=seconds, database="shop", pid=41),)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, state=ServerState(writers=writers))


class TransactionOpenForLong(Rule):
    """Transaction that has written and stays open for long.

    ## What it finds
    Transactions of any database of the server that have a transaction id and are open for more than 10 minutes. Those
    that only read do not count. Needs `pg_monitor`; without it nothing is known.

    ## Why it matters on Aurora
    A new replication slot waits until each has ended, so the task seems to hang at its start. Later, their changes are
    held, spilled to disk, and the slot keeps all WAL from their beginning on.

    ## What to do
    Let it end, or end it, before the load begins; break such jobs into smaller transactions while changes are captured.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    """

    code = "PG313"
    slug = "transaction-open-for-long"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    needs = ("state.writers",)
    bad = (LiveExample(lambda: _catalog(3600), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(30), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for one in (catalog.state.writers if catalog.state else None) or ():
            if one.seconds > _LONG:
                yield self.finding(
                    ObjectRef("transaction", f"of {one.user} in {one.database}"),
                    f"is open for {one.seconds} s and has written (pid {one.pid}): a new slot waits for it",
                    remedy="See what it does, and let it end before the load begins.",
                    sql=f"SELECT state, xact_start, query FROM pg_stat_activity WHERE pid = {one.pid};",
                )
