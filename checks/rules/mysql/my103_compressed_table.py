from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_OPTIONS = ("key_block_size", "compression", "page_compressed")


class CompressedTable(Rule):
    """Table that is compressed.

    ## What it finds
    Tables with ROW_FORMAT=COMPRESSED or KEY_BLOCK_SIZE, with COMPRESSION, and with MariaDB's PAGE_COMPRESSED.

    ## Why it matters on Aurora
    Aurora MySQL has no compressed tables: the rows take their full size on the cluster volume, and MariaDB's option
    is a syntax error there.

    ## What to do
    Strip the option from the schema, and reckon with the size without it.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.RDSMySQL.Import.html
    """

    code = "MY103"
    slug = "compressed-table"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.RDSMySQL.Import.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body text) ROW_FORMAT=COMPRESSED;",)
    good = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body text) ROW_FORMAT=DYNAMIC;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            options = dict(table.options)
            found = [name for name in _OPTIONS if options.get(name, "0").lower() not in ("0", "off", "none", "")]
            if table.row_format == "compressed":
                found.append("row_format=compressed")
            if found:
                yield self.finding(
                    table.ref,
                    f"is compressed ({', '.join(found)}): on Aurora it takes its full size",
                    remedy="Take the option away before the load; the table is rewritten and grows.",
                    sql=None
                    if "page_compressed" in found or "compression" in found
                    else f"ALTER TABLE {quoted_table(table.name)} ROW_FORMAT = DYNAMIC KEY_BLOCK_SIZE = 0;",
                )
