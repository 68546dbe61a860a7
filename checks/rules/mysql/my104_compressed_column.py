from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.mysql_names import quoted, quoted_table
from checks.route import Engine, Route
from checks.rule import Rule


class CompressedColumn(Rule):
    """Column that MariaDB compresses.

    ## What it finds
    Columns with the attribute COMPRESSED.

    ## Why it matters on Aurora
    In a dump the attribute stands in a comment for MariaDB alone, so on Aurora it is gone without a word and the
    column takes its full size. Whether DMS reads the compressed form from the binary log is not documented.

    ## What to do
    Take the attribute away on the source before the load.

    ## References
    MariaDB, Storage-Engine Independent Column Compression
    """

    code = "MY104"
    slug = "compressed-column"
    severity = Severity.WARNING
    source = "unsourced: inferred from the dumps of MariaDB 10.11"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body varchar(4000) COMPRESSED);",)
    good = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body varchar(4000));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, column, ref in columns(catalog):
            if column.compressed:
                null = "" if column.nullable else " NOT NULL"
                yield self.finding(
                    ref,
                    "is compressed by MariaDB: on Aurora it is not, and what the log holds of it DMS may not read",
                    remedy="Take the attribute away; the table is rewritten.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} MODIFY {quoted(column.name)} {column.type}{null};",
                )
