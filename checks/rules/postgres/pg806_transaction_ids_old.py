from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState

_CEILING = 2**31
_OLD = _CEILING // 2


def _catalog(age: int) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, database="shop", state=ServerState(frozen_age=age))


class TransactionIdsOld(Rule):
    """Database that has used up half of its transaction ids.

    ## What it finds
    A database whose oldest row that is not frozen is more than 2^30 transactions old.

    ## Why it matters on Aurora
    A slot and a long load keep VACUUM from removing dead rows, and the age grows all the while. Near 2^31 the source
    stops taking writes, migration or not.

    ## What to do
    Run VACUUM FREEZE before the load begins, and find out what has kept autovacuum from it.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Replication.Logical.html
    https://www.postgresql.org/docs/current/routine-vacuuming.html
    """

    code = "PG806"
    slug = "transaction-ids-old"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Replication.Logical.html"
    needs = ("state.frozen_age",)
    bad = (LiveExample(lambda: _catalog(1_500_000_000), because="a dump does not tell the age of rows"),)
    good = (LiveExample(lambda: _catalog(150_000_000), because="a dump does not tell the age of rows"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        age = catalog.state.frozen_age if catalog.state else None
        if age is not None and age > _OLD:
            yield self.finding(
                ObjectRef("database", catalog.database or ""),
                f"has rows that are {age} transactions old: {100 * age // _CEILING} % of what there are",
                remedy="Freeze before the load begins.",
                sql="VACUUM (FREEZE, VERBOSE);",
            )
