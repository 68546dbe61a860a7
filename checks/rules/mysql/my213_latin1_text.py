from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import some
from checks.mysql_names import quoted, quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class Latin1Text(Rule):
    """Text in latin1.

    ## What it finds
    Tables with columns in latin1.

    ## Why it matters on Aurora
    Old applications often kept UTF-8 in such columns over a latin1 connection: converted, each letter becomes two.
    MySQL's latin1 is cp1252, and a byte that it does not have stops the move.

    ## What to do
    Look at some rows: where `CONVERT(CAST(column AS BINARY) USING utf8mb4)` reads better than the column, map
    latin1 to UTF-8 in the endpoint (CharsetMapping), or repair it first.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    """

    code = "MY213"
    slug = "latin1-text"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET latin1);",)
    good = ("CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET utf8mb4);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            names = [column.name for column in table.columns if column.charset == "latin1"]
            if names:
                yield self.finding(
                    table.ref,
                    f"has text in latin1, which may hold UTF-8: {some(names)}",
                    remedy="See whether the bytes read better as UTF-8.",
                    sql=f"SELECT CONVERT(CAST({quoted(names[0])} AS BINARY) USING utf8mb4), {quoted(names[0])}"
                    f" FROM {quoted_table(table.name)} LIMIT 20;",
                )
