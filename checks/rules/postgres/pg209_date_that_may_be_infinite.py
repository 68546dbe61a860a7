from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import bare, is_array, probe
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_ASK = "SELECT {name} AS column_name, count(*) FROM {table} WHERE NOT isfinite({column})"


def _wanted(spelled: str) -> bool:
    return bare(spelled) in ("date", "timestamp with time zone", "timestamp without time zone") and not is_array(
        spelled
    )


class DateThatMayBeInfinite(Rule):
    """Date or timestamp that may be infinite.

    ## What it finds
    Columns of type date and timestamp, also through domains: one finding for each schema, with a query that tells
    the rows.

    ## Why it matters on Aurora
    DMS clips an infinite timestamp to the end of the year 9999 or to 4713 BC, without an error; a product built on
    it tells that an infinite date became the current one. DDL does not tell whether there are such rows.

    ## What to do
    Run the query. Where it counts any, give them a finite date, or leave the column out of the task and copy it
    natively.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://scalearc.support.ignitetech.com/hc/en-us/articles/4404961945234-PostgreSQL-Schema-Support
    """

    code = "PG209"
    slug = "date-that-may-be-infinite"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE lease (id int PRIMARY KEY, ends timestamptz);",)
    good = ("CREATE TABLE lease (id int PRIMARY KEY, ends timetz);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, count, sql in probe(catalog, _wanted, _ASK):
            yield self.finding(
                ref,
                f"has {count} date and timestamp columns: infinity in them arrives as another date",
                remedy="Count such rows; none is what you want:",
                sql=sql,
            )
