from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.route import Engine, Route
from checks.rule import Rule

_MOST = 30


class DecimalScaleOver30(Rule):
    """Decimal with more places than MySQL has.

    ## What it finds
    DECIMAL columns with more than 30 decimal places.

    ## Why it matters on Aurora
    MariaDB takes 38, MySQL 30: the table does not load (error 1425).

    ## What to do
    Reduce the places on the source.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY214"
    slug = "decimal-scale-over-30"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE rate (id int NOT NULL PRIMARY KEY, exact decimal(38,35));",)
    good = ("CREATE TABLE rate (id int NOT NULL PRIMARY KEY, exact decimal(38,30));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for _, column, ref in columns(catalog):
            places = re.match(r"decimal\(\d+,(\d+)\)", column.type)
            if places and int(places[1]) > _MOST:
                yield self.finding(
                    ref,
                    f"is {column.type}; MySQL has at most {_MOST} places",
                    remedy="Reduce the places, after looking at the values.",
                )
