from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import dms_types
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import by_type, some
from checks.route import Engine, Route
from checks.rule import Rule


class TypeOfMariadbAlone(Rule):
    """Type that only MariaDB has.

    ## What it finds
    Columns of UUID, INET4, INET6 and XMLTYPE; one finding for each type.

    ## Why it matters on Aurora
    MySQL does not know the type (error 1064), and DMS does not list it.

    ## What to do
    Choose a type for the target, char(36) or binary(16) for a UUID, varchar(39) or varbinary(16) for an address,
    and see that the application reads it.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY208"
    slug = "type-of-mariadb-alone"
    severity = Severity.WARNING
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE host (id int NOT NULL PRIMARY KEY, address inet6);",)
    good = ("CREATE TABLE host (id int NOT NULL PRIMARY KEY, address varchar(39));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for type_, where, names in by_type(catalog, dms_types("unknown")):
            if type_ != "vector":
                known = dms_types("unknown")[type_]
                yield self.finding(
                    where,
                    f"is unknown to MySQL and to DMS: {known.caveat} ({some(names)})",
                    remedy="Give the column another type on the target, or on the source before the load.",
                    source=str(known.source),
                )
