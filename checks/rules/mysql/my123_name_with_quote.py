from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class NameWithQuote(Rule):
    """Name with a backtick or quote in it.

    ## What it finds
    Databases, tables and columns whose name has a backtick, a single or a double quote in it.

    ## Why it matters on Aurora
    DMS does not support them: such a table fails to load or is left out.

    ## What to do
    Rename before the migration.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY123"
    slug = "name-with-quote"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE `it``em` (id int NOT NULL PRIMARY KEY);",)
    good = ("CREATE TABLE `item` (id int NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            names = [table.name.schema, table.name.name, *(column.name for column in table.columns)]
            odd = [name for name in names if any(mark in name for mark in "`'\"")]
            if odd:
                yield self.finding(
                    table.ref,
                    f"has names with quotes in them, which DMS does not support: {', '.join(odd)}",
                    remedy="Rename them before the migration.",
                )
