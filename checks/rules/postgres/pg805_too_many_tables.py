from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_MANY = 10_000


def _catalog(count: int) -> Catalog:
    tables = tuple(Table(name=TableName("public", f"part_{number}")) for number in range(count))
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, tables=tables)


class TooManyTables(Rule):
    """More tables than one task carries well.

    ## What it finds
    A database with more than 10,000 tables and partitions.

    ## Why it matters on Aurora
    A task reads the definition of each when it starts and keeps state of each; starts, statistics and validation
    become slow, and one table that fails hides among the others.

    ## What to do
    Migrate schema by schema, or detach and drop old partitions first.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_BestPractices.html
    """

    code = "PG805"
    slug = "too-many-tables"
    severity = Severity.NOTICE
    source = "unsourced: no page names a number; 10,000 is an estimate"
    bad = (LiveExample(lambda: _catalog(_MANY + 1), because="an example of that length would be read by nobody"),)
    good = (LiveExample(lambda: _catalog(3), because="an example of that length would be read by nobody"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if len(catalog.tables) > _MANY:
            schemas = len({table.name.schema for table in catalog.tables})
            yield self.finding(
                ObjectRef("database", catalog.database or ""),
                f"has {len(catalog.tables)} tables and partitions in {schemas} schemas",
                remedy="Migrate schema by schema, or drop old partitions first. By schema:",
                sql="SELECT relnamespace::regnamespace, count(*) FROM pg_class WHERE relkind IN ('r', 'p') GROUP BY 1 "
                "ORDER BY 2 DESC;",
            )
