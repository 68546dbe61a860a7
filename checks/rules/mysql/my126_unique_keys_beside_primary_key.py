from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class UniqueKeysBesidePrimaryKey(Rule):
    """Table with unique keys beside its primary key.

    ## What it finds
    Tables with a primary key and further unique keys.

    ## Why it matters on Aurora
    DMS's batch apply falls back to one row at a time for them, and where one value moves from row to row its order
    of changes violates the other key.

    ## What to do
    Apply their changes in transactions, not in batches, as this toolkit does.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY126"
    slug = "unique-keys-beside-primary-key"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE shelf (id int NOT NULL PRIMARY KEY, code varchar(9), UNIQUE KEY by_code (code));",)
    good = ("CREATE TABLE shelf (id int NOT NULL PRIMARY KEY, code varchar(9), KEY by_code (code));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            keys = [key.name for key in table.constraints if key.kind is ConstraintKind.UNIQUE]
            if table.primary_key and keys:
                yield self.finding(
                    table.ref,
                    f"has unique keys beside its primary key ({', '.join(keys)}): batch apply does not suit it",
                    remedy="Leave BatchApplyEnabled off for its task.",
                )
