from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class ForeignTable(Rule):
    """Foreign table, whose rows stand on another server.

    ## What it finds
    Foreign tables.

    ## Why it matters on Aurora
    Logical replication refuses them, and they hold no rows of their own. On the target they answer only once routes
    and security groups let Aurora reach the other server and the user mapping has its password there.

    ## What to do
    Leave them out of the task. Make server, user mapping and foreign table anew on the target, open the way to the
    other server from Aurora's subnets, and read a row of each before the cutover.

    ## References
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG105"
    slug = "foreign-table"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/logical-replication-restrictions.html"
    bad = (
        (
            "CREATE FOREIGN DATA WRAPPER remote; CREATE SERVER shop FOREIGN DATA WRAPPER remote; "
            "CREATE FOREIGN TABLE item (id bigint) SERVER shop;"
        ),
    )
    good = ("CREATE FOREIGN DATA WRAPPER remote; CREATE SERVER shop FOREIGN DATA WRAPPER remote;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if other.kind == "foreign table":
                yield self.finding(
                    other.ref,
                    "is a foreign table: nothing of it is replicated, and Aurora must reach its server",
                    remedy="Leave it out of the task, make it anew on the target and read a row there.",
                )
