from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, setting, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class BinaryLogNotInRows(Rule):
    """Binary log that holds statements.

    ## What it finds
    Servers whose binlog_format is not ROW.

    ## Why it matters on Aurora
    DMS reads changed rows; a statement in the log is a change that it does not see.

    ## What to do
    Set ROW and let every session log in again: those that are open go on as before.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY303"
    slug = "binary-log-not-in-rows"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(binlog_format="MIXED"), because=BECAUSE),)
    good = (LiveExample(with_settings(binlog_format="ROW"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        value = setting(catalog, "binlog_format")
        if value is not None and value.upper() != "ROW":
            yield self.finding(
                ObjectRef("server", "binlog_format"),
                f"is {value}: changes that are logged as statements are not captured",
                remedy="Set it, also in the configuration file or parameter group, and end the open sessions.",
                sql="SET GLOBAL binlog_format = 'ROW';",
            )
