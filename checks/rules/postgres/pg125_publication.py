from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class Publication(Rule):
    """Publication that others read.

    ## What it finds
    Publications.

    ## Why it matters on Aurora
    Somebody may subscribe to the source and will hear nothing more after the cutover. FOR ALL TABLES needs a
    superuser to make, and a name may collide with one that a tool makes.

    ## What to do
    Find who subscribes and move them. Leave publications out of the restore (pg_dump --no-publications).

    ## References
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG125"
    slug = "publication"
    severity = Severity.NOTICE
    source = "https://www.postgresql.org/docs/current/logical-replication-restrictions.html"
    bad = ("CREATE TABLE feed (id int PRIMARY KEY); CREATE PUBLICATION outbound FOR TABLE feed;",)
    good = ("CREATE TABLE feed (id int PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if other.kind == "publication":
                yield self.finding(
                    other.ref,
                    "is a publication: whoever reads it has to move to the target",
                    remedy="See which slots are read on the source, and by whom:",
                    sql="SELECT slot_name, plugin, database, active FROM pg_replication_slots;",
                )
