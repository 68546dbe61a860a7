from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class AutomaticPartitions(Rule):
    """Partitions that an extension makes by itself.

    ## What it finds
    pg_partman or pg_pathman beside partitioned tables.

    ## Why it matters on Aurora
    A partition that its maintenance makes while the task runs is on the source only: its rows never arrive.

    ## What to do
    Make the partitions of the whole migration ahead on both sides, and pause the maintenance until the cutover.

    ## References
    https://github.com/dimitri/pgcopydb
    """

    code = "PG134"
    slug = "automatic-partitions"
    severity = Severity.WARNING
    source = "https://github.com/dimitri/pgcopydb"
    not_loadable = "pg_partman is not part of a plain server"
    bad = ("CREATE TABLE log (at date) PARTITION BY RANGE (at); CREATE EXTENSION pg_partman;",)
    good = ("CREATE TABLE log (at date) PARTITION BY RANGE (at);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if any(table.partitioned for table in catalog.tables):
            for extension in catalog.extensions:
                if extension.name in ("pg_partman", "pg_pathman"):
                    yield self.finding(
                        ObjectRef("extension", extension.name, extension.location),
                        "makes partitions by itself: one made while the task runs is missing on the target",
                        remedy="Make partitions ahead on both sides and pause its maintenance until the cutover.",
                    )
