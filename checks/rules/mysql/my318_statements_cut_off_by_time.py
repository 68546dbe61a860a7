from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, setting, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class StatementsCutOffByTime(Rule):
    """Server that ends long statements.

    ## What it finds
    Servers with max_execution_time (MySQL) or max_statement_time (MariaDB) above 0.

    ## Why it matters on Aurora
    The SELECT that loads a large table is ended in the middle of it.

    ## What to do
    Set it to 0 for the account of DMS, or for the time of the load.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY318"
    slug = "statements-cut-off-by-time"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(max_execution_time="30000"), because=BECAUSE),)
    good = (LiveExample(with_settings(max_execution_time="0"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for name in ("max_execution_time", "max_statement_time"):
            value = setting(catalog, name)
            if value is not None and float(value) > 0:
                yield self.finding(
                    ObjectRef("server", name),
                    f"is {value}: the load of a large table would be ended by it",
                    remedy="Set it to 0 until the load is done.",
                    sql=f"SET GLOBAL {name} = 0;",
                )
