from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState, Transaction

_BECAUSE = "a dump does not tell what is going on"


def _catalog(*prepared: Transaction) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, state=ServerState(prepared=prepared))


class PreparedTransaction(Rule):
    """Transaction that is prepared and not ended.

    ## What it finds
    Rows of `pg_prepared_xacts`, in every database of the server.

    ## Why it matters on Aurora
    A new replication slot waits for all transactions that have written, also those of other databases: with a forgotten
    prepared one DMS seems to hang at its start, for ever. DMS does not process two-phase commit, and on Aurora
    `max_prepared_transactions` is 0 by default.

    ## What to do
    Commit it or roll it back in the database that it is in. An application that needs two-phase commit must do
    without it during the migration, and on Aurora needs the parameter raised.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG312"
    slug = "prepared-transaction"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    needs = ("state.prepared",)
    bad = (
        LiveExample(lambda: _catalog(Transaction(user="shop", seconds=90, database="shop", gid="x")), because=_BECAUSE),
    )
    good = (LiveExample(lambda: _catalog(), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for one in (catalog.state.prepared if catalog.state else None) or ():
            gid = (one.gid or "").replace("'", "''")
            yield self.finding(
                ObjectRef("prepared transaction", one.gid or ""),
                f"of {one.user} in {one.database} has been prepared for {one.seconds} s: a new slot waits for it",
                remedy=f"Ask its owner whether it may be undone; in the database {one.database}:",
                sql=f"ROLLBACK PREPARED '{gid}';",
            )
