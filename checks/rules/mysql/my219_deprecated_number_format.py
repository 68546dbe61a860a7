from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_columns import columns, some
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class DeprecatedNumberFormat(Rule):
    """Number with a deprecated way of printing.

    ## What it finds
    FLOAT and DOUBLE with digits, and ZEROFILL; one finding for all.

    ## Why it matters on Aurora
    All are deprecated: a later MySQL prints without the zeros, and rounds no more.

    ## What to do
    Let no program rely on the padding; plan the change for after the cutover.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/numeric-type-attributes.html
    """

    code = "MY219"
    slug = "deprecated-number-format"
    severity = Severity.NOTICE
    source = "https://dev.mysql.com/doc/refman/8.0/en/numeric-type-attributes.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, number int(8) zerofill);",)
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, number int(8));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        found = [
            (table, ref)
            for table, column, ref in columns(catalog)
            if "zerofill" in column.type or column.type.startswith(("float(", "double("))
        ]
        if found:
            yield self.finding(
                ObjectRef("type", "zerofill or float(m,d)", found[0][0].location),
                f"is deprecated ({some([ref.name for _, ref in found])})",
                remedy="Change it after the cutover.",
            )
