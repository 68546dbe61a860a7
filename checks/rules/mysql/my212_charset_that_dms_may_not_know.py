from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_columns import columns, some
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_KNOWN = ("utf8mb4", "utf8mb3", "latin1", "ascii", "binary")


class CharsetThatDmsMayNotKnow(Rule):
    """Character set that DMS may not read.

    ## What it finds
    Columns in character sets other than utf8mb4, utf8mb3, latin1 and ascii; one finding for each.

    ## Why it matters on Aurora
    DMS stops with "unsupported character set" or writes question marks for sets that it does not know.

    ## What to do
    Convert to utf8mb4 on the source, or try one table first and use the endpoint's CharsetMapping.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    """

    code = "MY212"
    slug = "charset-that-dms-may-not-know"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET ucs2);",)
    good = ("CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET utf8mb4);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        found: dict[str, tuple[ObjectRef, list[str]]] = {}
        for table, column, ref in columns(catalog):
            if column.charset and column.charset not in _KNOWN:
                first = (ObjectRef("charset", column.charset, table.location), list[str]())
                found.setdefault(column.charset, first)[1].append(ref.name)
        for charset, (where, names) in sorted(found.items()):
            yield self.finding(
                where,
                f"is a character set that DMS may not know (of {some(names)})",
                remedy=f"Convert from {charset} to utf8mb4 on the source, or try one table before all.",
            )
