from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_columns import bare
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class KeyOverApproximateNumber(Rule):
    """Key over an approximate number.

    ## What it finds
    Primary and unique keys with a FLOAT or DOUBLE column.

    ## Why it matters on Aurora
    DMS finds rows by the value as it read it; a float that is printed and read again may be another one, so an
    update finds no row.

    ## What to do
    Use DECIMAL or a whole number in keys.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY216"
    slug = "key-over-approximate-number"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE rate (id double NOT NULL PRIMARY KEY);",)
    good = ("CREATE TABLE rate (id decimal NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            types = {column.name: bare(column.type) for column in table.columns}
            for key in table.constraints:
                names = [name for name in key.columns if types.get(name) in ("float", "double")]
                if names and key.kind in (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE):
                    yield self.finding(
                        ObjectRef("key", f"{table.name}.{key.name}", table.location),
                        f"is over approximate numbers: {', '.join(names)}",
                        remedy="Use DECIMAL or a whole number for the key.",
                    )
