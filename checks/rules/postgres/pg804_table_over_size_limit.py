from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Origin, Table, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_TIB = 1024**4
_LIMIT = 32 * _TIB


def _catalog(size: int) -> Catalog:
    table = Table(name=TableName("public", "event"), bytes=size)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, tables=(table,))


class TableOverSizeLimit(Rule):
    """Table that may be too large for Aurora.

    ## What it finds
    Tables and single partitions that take more than 32 TiB with their indexes and large values.

    ## Why it matters on Aurora
    A table holds 32 TiB at most; the insert that would make it larger fails, in the middle of the load. One table of
    that size is also one thread of DMS unless it is split into ranges.

    ## What to do
    See how much is the table itself; partition it, and load it with ranges (the only parallel load that DMS has for
    PostgreSQL).

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG804"
    slug = "table-over-size-limit"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html"
    bad = (LiveExample(lambda: _catalog(40 * _TIB), because="a dump does not tell sizes"),)
    good = (LiveExample(lambda: _catalog(4 * _TIB), because="a dump does not tell sizes"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.bytes is not None and table.bytes > _LIMIT:
                literal = quoted_table(table.name).replace("'", "''")
                yield self.finding(
                    table.ref,
                    f"takes {table.bytes / _TIB:.0f} TiB with its indexes; a table may have 32 TiB",
                    remedy="Look at the table without its indexes; partition it if that is over the limit.",
                    sql=f"SELECT pg_size_pretty(pg_table_size('{literal}')), "
                    f"pg_size_pretty(pg_indexes_size('{literal}'));",
                )
