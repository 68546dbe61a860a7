from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import dms_types
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import by_type, some
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class TypeThatDmsChanges(Rule):
    """Type that DMS carries as another.

    ## What it finds
    Columns of BIT, ENUM, SET, YEAR, TIME, TIMESTAMP, MEDIUMINT, BINARY and of approximate numbers; one finding for
    each type.

    ## Why it matters on Aurora
    A table that DMS makes has another type in its place, and its values are compared in that form.

    ## What to do
    Make the tables from the source's own DDL, as this toolkit does, and compare these columns on both sides.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.MySQL.html
    """

    code = "MY207"
    slug = "type-that-dms-changes"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE flag (id int NOT NULL PRIMARY KEY, marks bit(8));",)
    good = ("CREATE TABLE flag (id int NOT NULL PRIMARY KEY, marks tinyint);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for type_, where, names in by_type(catalog, dms_types("changed")):
            known = dms_types("changed")[type_]
            yield self.finding(
                where,
                f"goes through DMS as {known.carried_as}: {known.caveat} ({some(names)})",
                remedy="Make the tables from the source's own DDL, and compare the columns on both sides.",
                source=str(known.source),
            )
