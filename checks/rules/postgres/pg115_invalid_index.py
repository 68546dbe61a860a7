from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Index, ObjectRef, Origin, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(*, valid: bool) -> Catalog:
    index = Index(name="mail_idx", table=TableName("public", "mail"), columns=("at",), valid=valid)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, indexes=(index,))


class InvalidIndex(Rule):
    """Index that is not valid.

    ## What it finds
    Indexes that the server marks invalid, of tables that are not partitioned. Only a live server tells.

    ## Why it matters on Aurora
    A CREATE INDEX CONCURRENTLY that failed leaves one behind. pg_dump passes it over without a word: the target has
    no such index, and a unique one guards nothing on the source either.

    ## What to do
    Rebuild or drop it on the source before the schema is copied.

    ## References
    https://www.postgresql.org/docs/current/sql-createindex.html
    """

    code = "PG115"
    slug = "invalid-index"
    severity = Severity.WARNING
    source = "unsourced: tried with pg_dump 15 and 17, which leave such an index out"
    bad = (LiveExample(lambda: _catalog(valid=False), because="pg_dump leaves invalid indexes out"),)
    good = (LiveExample(lambda: _catalog(valid=True), because="pg_dump leaves invalid indexes out"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        partitioned = {table.name for table in catalog.tables if table.partitioned}
        for index in catalog.indexes:
            if not index.valid and index.table not in partitioned:
                yield self.finding(
                    ObjectRef("index", f"{index.table.schema}.{index.name}", index.location),
                    f"is invalid, so a dump of {index.table} leaves it out",
                    remedy="Rebuild it, or drop it if nobody misses it.",
                    sql=f"REINDEX INDEX CONCURRENTLY {quoted_table(TableName(index.table.schema, index.name))};",
                )
