from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import columns, is_large
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class LargeObjectNotNull(Rule):
    """Large object that must not be NULL.

    ## What it finds
    Large columns (MEDIUM, LONG, JSON, spatial) declared NOT NULL.

    ## Why it matters on Aurora
    In full and inline LOB mode DMS inserts the row without the object first: the target refuses it.

    ## What to do
    Use limited LOB mode, as this toolkit does, or make the column nullable on the target until the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport1.html
    """

    code = "MY206"
    slug = "large-object-not-null"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport1.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body longtext NOT NULL);",)
    good = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body longtext NULL);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for _, column, ref in columns(catalog):
            if is_large(column.type) and not column.nullable and column.generated is None:
                yield self.finding(
                    ref,
                    f"is {column.type} NOT NULL: in full LOB mode DMS inserts NULL first",
                    remedy="Use limited LOB mode for its table.",
                )
