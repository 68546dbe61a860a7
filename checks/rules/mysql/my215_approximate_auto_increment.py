from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import bare, columns
from checks.mysql_names import quoted, quoted_table
from checks.route import Engine, Route
from checks.rule import Rule


class ApproximateAutoIncrement(Rule):
    """AUTO_INCREMENT of an approximate number.

    ## What it finds
    FLOAT and DOUBLE columns with AUTO_INCREMENT. It is a blocker for Aurora MySQL 8.4, otherwise a notice.

    ## Why it matters on Aurora
    MySQL 8.4 refuses such a column (error 1063).

    ## What to do
    Make it BIGINT.

    ## References
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY215"
    slug = "approximate-auto-increment"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc"
    engines = (Engine.MARIADB, Engine.MYSQL)
    bad = ("CREATE TABLE item (id double NOT NULL AUTO_INCREMENT PRIMARY KEY);",)
    good = ("CREATE TABLE item (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, column, ref in columns(catalog):
            if column.auto_increment and bare(column.type) in ("float", "double"):
                yield self.finding(
                    ref,
                    f"is {column.type} AUTO_INCREMENT, which MySQL 8.4 refuses",
                    remedy="Make it a whole number.",
                    sql=f"ALTER TABLE {quoted_table(table.name)}"
                    f" MODIFY {quoted(column.name)} bigint NOT NULL AUTO_INCREMENT;",
                    severity=None if route.target_version.parts >= (8, 4) else Severity.NOTICE,
                )
