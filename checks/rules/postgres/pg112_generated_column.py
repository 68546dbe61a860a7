from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import columns
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class GeneratedColumn(Rule):
    """Generated column.

    ## What it finds
    Columns GENERATED ALWAYS AS (…), identity columns apart.

    ## Why it matters on Aurora
    The server computes them on both sides and refuses values for them. DMS warns when the target has one, and
    logical replication publishes none before PostgreSQL 18: what the target holds is its own computation.

    ## What to do
    Keep the same expression on both sides, take the column out of DMS's task (transformation remove-column) where
    the load fails over it, and compare its values: an expression over settings or collations may differ.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    https://neon.com/postgresql/postgresql-18/logical-replication-improvements
    """

    code = "PG112"
    slug = "generated-column"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html"
    bad = ("CREATE TABLE line (id int PRIMARY KEY, price int, gross int GENERATED ALWAYS AS (price * 2) STORED);",)
    good = ("CREATE TABLE line (id int PRIMARY KEY, price int, gross int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, column, ref in columns(catalog):
            if column.generated:
                name = quoted(column.name)
                yield self.finding(
                    ref,
                    "is generated: it is computed on the target, not replicated, and DMS may try to write it",
                    remedy="Keep the same expression on the target; compare this on both sides:",
                    sql=f"SELECT count({name}), sum(hashtext({name}::text)) FROM {quoted_table(table.name)};",
                )
