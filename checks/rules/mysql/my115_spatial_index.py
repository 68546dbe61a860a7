from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class SpatialIndex(Rule):
    """Spatial index.

    ## What it finds
    SPATIAL indexes. Where the column has no SRID of its own it is a warning.

    ## Why it matters on Aurora
    DMS does not make them, and moves the column as a large object. From MySQL 8.0 on a query uses the index only
    where the column is restricted to one SRID, and SRID 4326 has latitude first.

    ## What to do
    Make them after the load; give the column an SRID on the target, and try the queries.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    https://dev.mysql.com/doc/refman/8.0/en/spatial-index-optimization.html
    """

    code = "MY115"
    slug = "spatial-index"
    severity = Severity.NOTICE
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = MYSQL_FAMILY
    bad = (("CREATE TABLE place (id int NOT NULL PRIMARY KEY, spot point NOT NULL, SPATIAL KEY here (spot));"),)
    good = ("CREATE TABLE place (id int NOT NULL PRIMARY KEY, spot point NOT NULL);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        srids = {(table.name, column.name): column.srid for table, column, _ in columns(catalog)}
        for index in catalog.indexes:
            if index.method == "spatial":
                bare = all(srids.get((index.table, name)) is None for name in index.columns)
                yield self.finding(
                    ObjectRef("index", f"{index.table}.{index.name}", index.location),
                    "is a spatial index" + (" over a column without SRID, so no query uses it" if bare else ""),
                    remedy="Give the column an SRID on the target, and make the index after the load.",
                    severity=Severity.WARNING if bare else None,
                )
