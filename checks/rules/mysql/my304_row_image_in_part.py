from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, setting, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class RowImageInPart(Rule):
    """Binary log with rows in part.

    ## What it finds
    Servers whose binlog_row_image is not FULL.

    ## Why it matters on Aurora
    DMS needs every column of a changed row, before and after: what is not in the log arrives as NULL or not at all.

    ## What to do
    Set FULL and let every session log in again.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY304"
    slug = "row-image-in-part"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(binlog_row_image="MINIMAL"), because=BECAUSE),)
    good = (LiveExample(with_settings(binlog_row_image="FULL"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        value = setting(catalog, "binlog_row_image")
        if value is not None and value.upper() != "FULL":
            yield self.finding(
                ObjectRef("server", "binlog_row_image"),
                f"is {value}: columns are missing from the log",
                remedy="Set it, also in the configuration file or parameter group, and end the open sessions.",
                sql="SET GLOBAL binlog_row_image = 'FULL';",
            )
