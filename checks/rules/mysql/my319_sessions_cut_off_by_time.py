from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, number, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule

_ENOUGH = 300


class SessionsCutOffByTime(Rule):
    """Server that drops slow sessions.

    ## What it finds
    Servers whose net_read_timeout, net_write_timeout or wait_timeout is below 300 seconds. The network ones are 30
    and 60 by default: they are a notice.

    ## Why it matters on Aurora
    A load pauses while the target takes rows in; then the server drops the session and the task begins the table
    again.

    ## What to do
    Raise them on both ends for the migration.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Troubleshooting.html
    """

    code = "MY319"
    slug = "sessions-cut-off-by-time"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(net_write_timeout="60"), because=BECAUSE),)
    good = (LiveExample(with_settings(net_write_timeout="600"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        low = {
            name: value
            for name in ("net_read_timeout", "net_write_timeout", "wait_timeout")
            if (value := number(catalog, name)) is not None and value < _ENOUGH
        }
        if low:
            yield self.finding(
                ObjectRef("server", "timeouts"),
                f"are short: {', '.join(f'{name} = {value}' for name, value in low.items())}",
                remedy=f"Raise them to {_ENOUGH} s or more for the migration.",
                sql=" ".join(f"SET GLOBAL {name} = {_ENOUGH};" for name in low),
                severity=Severity.WARNING if "wait_timeout" in low else None,
            )
