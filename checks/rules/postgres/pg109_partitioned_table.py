from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class PartitionedTable(Rule):
    """Partitioned table.

    ## What it finds
    Tables with PARTITION BY that are no partition themselves.

    ## Why it matters on Aurora
    DMS lists parent and partitions as tables of their own; a task that takes both copies rows twice. ATTACH,
    DETACH, new partitions and TRUNCATE of one are not carried, so a partition born during replication is missing on
    the target.

    ## What to do
    Make parent and partitions on the target first and let the task take the partitions alone, as this toolkit does.
    Make the partitions that the time until the cutover needs on both sides before the task starts, and no others.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG109"
    slug = "partitioned-table"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE reading (at date, id int, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);",)
    good = ("CREATE TABLE reading (at date, id int, PRIMARY KEY (at, id));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.partitioned and table.partition_of is None:
                literal = quoted_table(table.name).replace("'", "''")
                yield self.finding(
                    table.ref,
                    "is partitioned: partitions made, attached or detached during replication are not carried",
                    remedy="Make enough partitions ahead on both sides; see which there are.",
                    sql=f"SELECT relid FROM pg_partition_tree('{literal}');",
                )
