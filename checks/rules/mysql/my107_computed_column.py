from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class ComputedColumn(Rule):
    """Column that is generated.

    ## What it finds
    Virtual and stored generated columns.

    ## Why it matters on Aurora
    DMS neither loads nor captures them. On the target the server computes them, if the column is there; a mapping
    that names one makes the apply fail.

    ## What to do
    Make the tables from the source's own DDL, and leave the columns out of the mappings, as this toolkit does;
    compare them after the load.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY107"
    slug = "computed-column"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = (
        ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, net int, gross int GENERATED ALWAYS AS (net * 2) STORED);"),
    )
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, net int, gross int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for _, column, ref in columns(catalog):
            if column.generated is not None:
                kind = "stored" if column.stored else "virtual"
                yield self.finding(
                    ref,
                    f"is generated ({kind}): DMS does not move it, the target computes it",
                    remedy="Keep it in the target's table and out of the task's mappings.",
                )
