from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import community_version
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import Rule


class FunctionalIndex(Rule):
    """Index over an expression.

    ## What it finds
    Indexes with a functional or multi-valued part.

    ## Why it matters on Aurora
    DMS does not make them, and Aurora MySQL 2 does not know them, where it is a blocker.

    ## What to do
    Make them after the load from the source's own DDL.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    """

    code = "MY117"
    slug = "functional-index"
    severity = Severity.NOTICE
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html"
    engines = (Engine.MYSQL,)
    bad = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, net int, KEY doubled ((net * 2)));",)
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, net int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        old = community_version(route.target_version).parts < (8, 0, 13)
        for index in catalog.indexes:
            if any(column.startswith("(") for column in index.columns):
                yield self.finding(
                    ObjectRef("index", f"{index.table}.{index.name}", index.location),
                    "is an index over an expression" + (", which the target does not know" if old else ""),
                    remedy="Make it from its own DDL after the load."
                    if not old
                    else "Index a generated column instead, or choose a newer target.",
                    severity=Severity.BLOCKER if old else None,
                )
