from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_MOST = 10_000


def _catalog(count: int) -> Catalog:
    tables = tuple(Table(name=TableName("shop", f"t{number}")) for number in range(count))
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, tables=tables)


class MoreTablesThanOneTaskHolds(Rule):
    """More tables than one task should hold.

    ## What it finds
    More than 10,000 tables.

    ## Why it matters on Aurora
    DMS warns of it: the task takes long to begin and its table statistics are slow.

    ## What to do
    Split them over several tasks, tables that foreign keys join together.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY804"
    slug = "more-tables-than-one-task-holds"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = (LiveExample(lambda: _catalog(10_001), because="ten thousand tables are no example to read"),)
    good = (LiveExample(lambda: _catalog(10_000), because="ten thousand tables are no example to read"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if len(catalog.tables) > _MOST:
            yield self.finding(
                ObjectRef("server", "tables"),
                f"are {len(catalog.tables)}, a task should hold at most {_MOST}",
                remedy="Split them over several tasks.",
            )
