from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, is_on, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class BinaryLogOff(Rule):
    """Server that writes no binary log.

    ## What it finds
    Servers with log_bin off.

    ## Why it matters on Aurora
    Changes are captured from the binary log: without it the task has nothing to read.

    ## What to do
    Turn it on, which needs a restart; on RDS by automated backups, on Aurora by binlog_format in the cluster's
    parameter group.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY302"
    slug = "binary-log-off"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(log_bin="OFF"), because=BECAUSE),)
    good = (LiveExample(with_settings(log_bin="ON"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if is_on(catalog, "log_bin") is False:
            yield self.finding(
                ObjectRef("server", "log_bin"),
                "is off: there are no changes to capture",
                remedy="Start the server with log_bin; on RDS turn automated backups on.",
            )
