from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_table
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class TableLeftByDms(Rule):
    """Table that DMS has left behind.

    ## What it finds
    Tables of DMS (awsdms_…) in a database that is migrated.

    ## Why it matters on Aurora
    They would be loaded with the rest, and a new task may take up what an old one wrote.

    ## What to do
    Drop them if no task uses them any more; let a task keep its tables in awsdms_control.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.ControlTable.html
    """

    code = "MY320"
    slug = "table-left-by-dms"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.ControlTable.html"
    )
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE awsdms_status (id int NOT NULL PRIMARY KEY);",)
    good = ("CREATE TABLE status (id int NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            if table.name.name.startswith("awsdms_"):
                yield self.finding(
                    table.ref,
                    "is a table of DMS",
                    remedy="Drop it if no task uses it any more.",
                    sql=f"DROP TABLE {quoted_table(table.name)};",
                )
