from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class TableInPartitions(Rule):
    """Table that is cut into partitions.

    ## What it finds
    Partitioned tables, with how they are cut.

    ## Why it matters on Aurora
    A table that DMS makes is a plain one; and a change of partitions while changes are captured stops the table
    unless the endpoint skips such DDL.

    ## What to do
    Make the tables with their partitions before the load, as this toolkit does; let nobody add or drop partitions
    until the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY102"
    slug = "table-in-partitions"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE visit (id int NOT NULL PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 4;",)
    good = ("CREATE TABLE visit (id int NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            cut = table.partitioning
            if cut is not None:
                count = f" into {len(cut.partitions)}" if cut.partitions else ""
                yield self.finding(
                    table.ref,
                    f"is partitioned by {cut.method}{count}",
                    remedy="Pause whatever adds or drops its partitions while changes are captured.",
                )
