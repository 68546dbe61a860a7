from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class UnloggedTable(Rule):
    """Table that writes no WAL.

    ## What it finds
    Tables created UNLOGGED.

    ## Why it matters on Aurora
    Changes of an unlogged table never reach the WAL, so neither DMS nor logical replication sees them after the first
    load: the copy stays as old as the load. On Aurora such a table survives a crash but can be read on the writer only.

    ## What to do
    Make the table logged before the replication starts (it is rewritten under an exclusive lock), or load it again
    during the cutover.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-postgresql-unlogged-tables.html
    """

    code = "PG101"
    slug = "unlogged-table"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-postgresql-unlogged-tables.html"
    bad = ("CREATE UNLOGGED TABLE session (id bigint PRIMARY KEY, seen timestamptz);",)
    good = ("CREATE TABLE session (id bigint PRIMARY KEY, seen timestamptz);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.persistence == "unlogged":
                yield self.finding(
                    table.ref,
                    "is unlogged: changes after the first load are not replicated",
                    remedy="Make it logged before the replication starts; it is rewritten under an exclusive lock.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} SET LOGGED;",
                )
