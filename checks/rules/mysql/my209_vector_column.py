from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import bare, columns
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class VectorColumn(Rule):
    """Column of type VECTOR.

    ## What it finds
    Vector columns of MySQL 9 and MariaDB 11.7.

    ## Why it matters on Aurora
    Neither Aurora MySQL nor DMS knows the type.

    ## What to do
    Keep the numbers as VARBINARY or JSON, or in another store.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY209"
    slug = "vector-column"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE picture (id int NOT NULL PRIMARY KEY, face vector(3));",)
    good = ("CREATE TABLE picture (id int NOT NULL PRIMARY KEY, face blob);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for _, column, ref in columns(catalog):
            if bare(column.type) == "vector":
                yield self.finding(
                    ref,
                    f"is a {column.type}, a type that Aurora MySQL does not have",
                    remedy="Keep it as VARBINARY or JSON before the load.",
                )
