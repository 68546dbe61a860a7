from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Column, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.mysql_columns import bare, columns
from checks.mysql_names import quoted, quoted_table
from checks.route import Engine, Route, Version
from checks.rule import LiveExample, Rule

_WIDE_SINCE = Version((11, 5))
_BECAUSE = "the server's version decides"


def _catalog(version: str) -> Catalog:
    table = Table(name=TableName("shop", "visit"), columns=(Column(name="at", type="timestamp"),))
    return Catalog(engine=Engine.MARIADB, origin=Origin.LIVE, version=Version.parse(version), tables=(table,))


class TimestampPast2038(Rule):
    """Timestamp that may lie past 2038.

    ## What it finds
    TIMESTAMP columns of MariaDB 11.5 and later, which reach to 2106.

    ## Why it matters on Aurora
    MySQL's end on 2038-01-19: later values are refused.

    ## What to do
    Look for such values, and make the column DATETIME.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY220"
    slug = "timestamp-past-2038"
    severity = Severity.WARNING
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = (LiveExample(lambda: _catalog("11.8.2"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("11.4.4"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        version = catalog.version or route.source_version
        if version is None or version < _WIDE_SINCE:
            return
        for table, column, ref in columns(catalog):
            if bare(column.type) == "timestamp":
                yield self.finding(
                    ref,
                    "may hold times past 2038-01-19, where MySQL's end",
                    remedy="Look for them, and make the column DATETIME where there are any.",
                    sql=f"SELECT COUNT(*) FROM {quoted_table(table.name)}"
                    f" WHERE {quoted(column.name)} > '2038-01-19 03:14:07';",
                )
