from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_table
from checks.route import Engine, Route
from checks.rule import Rule


class SystemVersionedTable(Rule):
    """Table that keeps its history.

    ## What it finds
    Tables WITH SYSTEM VERSIONING.

    ## Why it matters on Aurora
    DMS does not support them and MySQL does not know the clause: neither the history nor the table would arrive.

    ## What to do
    Copy the history into a plain table if it is needed, and drop the versioning before the load.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY112"
    slug = "system-versioned-table"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE price (id int NOT NULL PRIMARY KEY, amount int) WITH SYSTEM VERSIONING;",)
    good = ("CREATE TABLE price (id int NOT NULL PRIMARY KEY, amount int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.versioned:
                yield self.finding(
                    table.ref,
                    "is system-versioned, which neither DMS nor Aurora knows",
                    remedy="Save the history if it is needed, then drop the versioning: that deletes it.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} DROP SYSTEM VERSIONING;",
                )
