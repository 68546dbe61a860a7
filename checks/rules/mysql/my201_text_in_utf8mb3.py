from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import some
from checks.mysql_names import quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class TextInUtf8mb3(Rule):
    """Text in the three-byte form of UTF-8.

    ## What it finds
    Tables with columns in utf8mb3, which `utf8` meant until now.

    ## Why it matters on Aurora
    The character set is deprecated; characters beyond the basic plane cannot be stored. From 8.0.30 on its
    collations are called utf8mb3_…, which old tools do not know.

    ## What to do
    Move it as it is, and convert to utf8mb4 after the cutover; look at the lengths of keys first.

    ## References
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    https://dev.mysql.com/doc/relnotes/mysql/en/news-8-0-30.html
    """

    code = "MY201"
    slug = "text-in-utf8mb3"
    severity = Severity.NOTICE
    source = "https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET utf8mb3);",)
    good = ("CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET utf8mb4);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            names = [column.name for column in table.columns if column.charset == "utf8mb3"]
            if names:
                yield self.finding(
                    table.ref,
                    f"has text in utf8mb3: {some(names)}",
                    remedy="Convert it after the cutover, not during the move.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} CONVERT TO CHARACTER SET utf8mb4;",
                )
