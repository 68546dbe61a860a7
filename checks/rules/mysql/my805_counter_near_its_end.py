from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import bare
from checks.mysql_names import quoted, quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_NEAR = 70
_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}


class CounterNearItsEnd(Rule):
    """AUTO_INCREMENT near the end of its type.

    ## What it finds
    Tables whose next number is beyond 70 % of what the column can hold.

    ## Why it matters on Aurora
    At the end every INSERT fails; the toolkit also raises counters at the cutover, which takes some of the rest.

    ## What to do
    Widen the column to BIGINT, best on the target before the load.

    ## References
    unsourced: the ranges are those of https://dev.mysql.com/doc/refman/8.0/en/integer-types.html
    """

    code = "MY805"
    slug = "counter-near-its-end"
    severity = Severity.WARNING
    source = "unsourced: the ranges are those of https://dev.mysql.com/doc/refman/8.0/en/integer-types.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE item (id tinyint NOT NULL AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=120;",)
    good = ("CREATE TABLE item (id tinyint NOT NULL AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=12;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            counting = next((column for column in table.columns if column.auto_increment), None)
            if counting is None or table.auto_increment is None or bare(counting.type) not in _BITS:
                continue
            largest = 2 ** (_BITS[bare(counting.type)] - ("unsigned" not in counting.type)) - 1
            if table.auto_increment > largest * _NEAR // 100:
                yield self.finding(
                    table.ref,
                    f"goes on with {table.auto_increment} in {counting.name}, which ends at {largest}",
                    remedy="Widen it; the table is rewritten, and columns that refer to it have to follow.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} MODIFY {quoted(counting.name)}"
                    " bigint unsigned NOT NULL AUTO_INCREMENT;",
                )
