from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class MaterializedView(Rule):
    """Materialized view, whose content is not replicated.

    ## What it finds
    Materialized views.

    ## Why it matters on Aurora
    Their rows are in neither DMS's nor PostgreSQL's replication. The schema copy makes them empty (WITH NO DATA), and a
    query on an unpopulated one fails until it is refreshed.

    ## What to do
    Refresh each one on the target after the load, those that others read first, and count the time into the plan.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    https://www.postgresql.org/docs/current/logical-replication-restrictions.html
    """

    code = "PG104"
    slug = "materialized-view"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html"
    bad = ("CREATE MATERIALIZED VIEW totals AS SELECT 1 AS total;",)
    good = ("CREATE VIEW totals AS SELECT 1 AS total;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for view in catalog.views:
            if view.materialized:
                yield self.finding(
                    view.ref,
                    "is empty on the target until it is refreshed there",
                    remedy="Refresh it on the target after the load and before the cutover.",
                    sql=f"REFRESH MATERIALIZED VIEW {quoted_table(view.name)};",
                )
