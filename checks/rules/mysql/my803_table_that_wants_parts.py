from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_PARTS = 100 << 30
_LIMIT = 64 << 40


def _catalog(gibibytes: int) -> Catalog:
    table = Table(name=TableName("shop", "visit"), bytes=gibibytes << 30)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, tables=(table,))


class TableThatWantsParts(Rule):
    """Table that is too large for one stream.

    ## What it finds
    Tables of more than 100 GiB as the server estimates; more than 64 TiB are a warning.

    ## Why it matters on Aurora
    One table is loaded by one stream unless the task says otherwise, and a load that is interrupted begins it anew.
    Aurora's largest table has 64 TiB.

    ## What to do
    Load it in ranges (parallel-load) or by partitions; archive what is not needed.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_BestPractices.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html
    """

    code = "MY803"
    slug = "table-that-wants-parts"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_BestPractices.html"
    engines = MYSQL_FAMILY
    bad = (LiveExample(lambda: _catalog(500), because="a dump tells no sizes"),)
    good = (LiveExample(lambda: _catalog(5), because="a dump tells no sizes"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.bytes is not None and table.bytes > _PARTS:
                beyond = table.bytes > _LIMIT
                yield self.finding(
                    table.ref,
                    f"has {table.bytes >> 30} GiB" + (f", Aurora's limit is {_LIMIT >> 40} TiB" if beyond else ""),
                    remedy="Load it in ranges, or archive what is not needed.",
                    severity=Severity.WARNING if beyond else None,
                )
