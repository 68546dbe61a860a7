from __future__ import annotations

import re
from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_code import code_of
from checks.route import Engine, Route
from checks.rule import Rule

_ORDERED = re.compile(
    r"\bgroup by (?:(?!order by|having|limit|union|select|into|window|with|end\b)[^;)])*? (asc|desc)\b"
)


class OrderInGroupBy(Rule):
    """GROUP BY with an order.

    ## What it finds
    GROUP BY … ASC or DESC in views, routines, triggers and events.

    ## Why it matters on Aurora
    MySQL 8.0.13 has removed it: the code does not load.

    ## What to do
    Write ORDER BY.

    ## References
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY508"
    slug = "order-in-group-by"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc"
    engines = (Engine.MARIADB, Engine.MYSQL)
    bad = (
        (
            "CREATE TABLE item (id int NOT NULL PRIMARY KEY, kind int); CREATE PROCEDURE counted() "
            "SELECT kind, count(*) FROM item GROUP BY kind DESC;"
        ),
    )
    good = (
        (
            "CREATE TABLE item (id int NOT NULL PRIMARY KEY, kind int); CREATE PROCEDURE counted() "
            "SELECT kind, count(*) FROM item GROUP BY kind;"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in code_of(catalog):
            if _ORDERED.search(code.spoken):
                yield self.finding(
                    code.ref,
                    "has GROUP BY with ASC or DESC, which MySQL 8 does not read",
                    remedy="Take the order out of GROUP BY and write ORDER BY.",
                )
