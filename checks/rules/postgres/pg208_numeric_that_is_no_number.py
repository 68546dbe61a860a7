from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import bare, is_array, probe
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_ASK = "SELECT {name} AS column_name, count(*) FROM {table} WHERE {column}::text IN ('NaN', 'Infinity', '-Infinity')"


def _wanted(spelled: str) -> bool:
    return bare(spelled) == "numeric" and not is_array(spelled)


class NumericThatIsNoNumber(Rule):
    """Numeric column that may hold NaN or Infinity.

    ## What it finds
    Columns of type numeric, also through domains: one finding for each schema, with a query that tells the rows.

    ## Why it matters on Aurora
    A product built on DMS tells that NaN in a numeric column arrives as 0, without an error. Infinity (PostgreSQL
    14 and newer) is no better known. DDL does not tell whether there are such rows.

    ## What to do
    Run the query. Where it counts any, correct the rows, or leave the column out of the task and copy it natively.

    ## References
    https://scalearc.support.ignitetech.com/hc/en-us/articles/4404961945234-PostgreSQL-Schema-Support
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG208"
    slug = "numeric-that-is-no-number"
    severity = Severity.NOTICE
    source = "https://scalearc.support.ignitetech.com/hc/en-us/articles/4404961945234-PostgreSQL-Schema-Support"
    methods = ("dms",)
    bad = ("CREATE TABLE gauge (id int PRIMARY KEY, value numeric(9, 3));",)
    good = ("CREATE TABLE gauge (id int PRIMARY KEY, value bigint);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, count, sql in probe(catalog, _wanted, _ASK):
            yield self.finding(
                ref,
                f"has {count} numeric columns: a NaN or Infinity in them may arrive as another value",
                remedy="Count such rows; none is what you want:",
                sql=sql,
            )
