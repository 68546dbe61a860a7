from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, setting, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class IsolationOtherThanUsual(Rule):
    """Isolation other than REPEATABLE READ.

    ## What it finds
    Servers whose transaction_isolation (tx_isolation) is not the default.

    ## Why it matters on Aurora
    The target begins with REPEATABLE READ: readers see older rows and writers wait for more locks.

    ## What to do
    Set it in the parameter group.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY711"
    slug = "isolation-other-than-usual"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(transaction_isolation="READ-COMMITTED"), because=BECAUSE),)
    good = (LiveExample(with_settings(transaction_isolation="REPEATABLE-READ"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        value = setting(catalog, "transaction_isolation", "tx_isolation")
        if value is not None and value.upper() != "REPEATABLE-READ":
            yield self.finding(
                ObjectRef("server", "transaction_isolation"),
                f"is {value}, the target begins with REPEATABLE-READ",
                remedy=f"Set transaction_isolation = {value} in the cluster's parameter group.",
            )
