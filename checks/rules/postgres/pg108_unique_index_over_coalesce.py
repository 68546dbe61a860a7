from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.keys import key_words
from checks.route import Route
from checks.rule import Rule


class UniqueIndexOverCoalesce(Rule):
    """Unique index over COALESCE or CASE.

    ## What it finds
    Unique indexes with a COALESCE or CASE expression among their key columns (not in their WHERE).

    ## Why it matters on Aurora
    DMS does not replicate a table that has a unique index with COALESCE; a kindred product says the same of CASE.

    ## What to do
    Drop the index for the time of the migration. From PostgreSQL 15 on UNIQUE NULLS NOT DISTINCT says most of what
    COALESCE is used for.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    """

    code = "PG108"
    slug = "unique-index-over-coalesce"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE seat (id bigint PRIMARY KEY, row_no int, side text); "
            "CREATE UNIQUE INDEX seat_once ON seat (row_no, coalesce(side, 'left'));"
        ),
    )
    good = (
        (
            "CREATE TABLE seat (id bigint PRIMARY KEY, row_no int, side text); "
            "CREATE UNIQUE INDEX seat_once ON seat (row_no, nullif(side, 'left'));"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for index in catalog.indexes:
            if index.unique and {"coalesce", "case"} & key_words(index):
                name = quoted_table(TableName(index.table.schema, index.name))
                yield self.finding(
                    ObjectRef("index", f"{index.table.schema}.{index.name}", index.location),
                    f"is unique over COALESCE or CASE: DMS does not replicate {index.table}",
                    remedy="Drop it for the migration and make it again after the cutover.",
                    sql=f"DROP INDEX {name};",
                )
