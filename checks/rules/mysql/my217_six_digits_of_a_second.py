from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_columns import some
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule

_KEYS = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)
_SIX = re.compile(r"(datetime|timestamp)\(6\)")


class SixDigitsOfASecond(Rule):
    """Time with six digits of a second.

    ## What it finds
    DATETIME and TIMESTAMP columns with six digits; one finding for each type. Where a key has such a column it is a
    warning.

    ## Why it matters on Aurora
    DMS's page lists one to five digits. Lost digits are no error, and two keys may become one.

    ## What to do
    Compare MICROSECOND() of some rows after the load.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY217"
    slug = "six-digits-of-a-second"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE visit (id int NOT NULL PRIMARY KEY, at datetime(6));",)
    good = ("CREATE TABLE visit (id int NOT NULL PRIMARY KEY, at datetime(3));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        found: dict[str, tuple[ObjectRef, list[str]]] = {}
        keyed = False
        for table in catalog.tables:
            names = {column.name for column in table.columns if _SIX.match(column.type)}
            for key in table.constraints:
                keyed |= key.kind in _KEYS and bool(names & set(key.columns))
            for column in table.columns:
                if column.name in names:
                    first = (ObjectRef("type", column.type, table.location), list[str]())
                    found.setdefault(column.type, first)[1].append(f"{table.name}.{column.name}")
        for where, names_of in found.values():
            yield self.finding(
                where,
                f"has a digit more than the page of DMS lists ({some(names_of)})",
                remedy="Compare the last digit of some rows after the load.",
                severity=Severity.WARNING if keyed else None,
            )
