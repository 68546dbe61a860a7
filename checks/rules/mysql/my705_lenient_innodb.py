from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, is_on, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class LenientInnodb(Rule):
    """InnoDB that lets doubtful tables be made.

    ## What it finds
    Servers with innodb_strict_mode off.

    ## Why it matters on Aurora
    What is a warning there, a row that may not fit or a format that is ignored, is an error on the target (1118,
    1031).

    ## What to do
    Try the whole schema on the target before the load.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY705"
    slug = "lenient-innodb"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(innodb_strict_mode="OFF"), because=BECAUSE),)
    good = (LiveExample(with_settings(innodb_strict_mode="ON"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if is_on(catalog, "innodb_strict_mode") is False:
            yield self.finding(
                ObjectRef("server", "innodb_strict_mode"),
                "is off: tables may be too wide for a strict target",
                remedy="Try the schema on the target before the load.",
            )
