from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class NumericWithoutPrecision(Rule):
    """Column of type numeric without precision.

    ## What it finds
    Columns declared `numeric` without precision and scale. Arrays and domains are not looked into.

    ## Why it matters on Aurora
    DMS treats them as NUMERIC(28,6): digits after the sixth are cut without an error. Two passages of its guide
    disagree whether this ended with DMS 3.4.2, so the contents have to be compared.

    ## What to do
    Let the schema be made by pg_dump rather than by DMS, find the largest scale in the data, and compare contents by
    this toolkit's validation; the endpoint setting mapUnboundedNumericAsString carries all digits.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReleaseNotes.html
    """

    code = "PG201"
    slug = "numeric-without-precision"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE reading (id bigint PRIMARY KEY, value numeric);",)
    good = ("CREATE TABLE reading (id bigint PRIMARY KEY, value numeric(20,4));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.partition_of:
                continue
            for column in table.columns:
                if column.type == "numeric":
                    name = quoted(column.name)
                    yield self.finding(
                        ObjectRef("column", f"{table.name}.{column.name}", table.location),
                        "is numeric without precision, which DMS may cut to six decimals",
                        remedy="Find the largest scale in use; above 6, set mapUnboundedNumericAsString.",
                        sql=f"SELECT max(scale({name})) FROM {quoted_table(table.name)};",
                    )
