from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, is_on, with_settings
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


class EnhancedBinaryLog(Rule):
    """Aurora with its own form of the binary log.

    ## What it finds
    Aurora sources with aurora_enhanced_binlog on.

    ## Why it matters on Aurora
    DMS does not support it.

    ## What to do
    Turn it off in the cluster's parameter group for the migration, and reboot.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY316"
    slug = "enhanced-binary-log"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = (Engine.MYSQL,)
    needs = ("settings",)
    bad = (LiveExample(with_settings(aurora_enhanced_binlog="1"), because=BECAUSE),)
    good = (LiveExample(with_settings(aurora_enhanced_binlog="0"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if is_on(catalog, "aurora_enhanced_binlog"):
            yield self.finding(
                ObjectRef("server", "aurora_enhanced_binlog"),
                "is on: DMS does not support it",
                remedy="Set aurora_enhanced_binlog to 0 in the cluster's parameter group, and reboot.",
            )
