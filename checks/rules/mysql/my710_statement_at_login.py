from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, setting, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class StatementAtLogin(Rule):
    """Statement that runs at every login.

    ## What it finds
    Servers with init_connect.

    ## Why it matters on Aurora
    The target runs none unless its parameter group says so; and never for its master, nor for accounts with
    CONNECTION_ADMIN.

    ## What to do
    Move what it sets into the parameter group or the application.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Compare-80-v3.html
    """

    code = "MY710"
    slug = "statement-at-login"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Compare-80-v3.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(init_connect="SET NAMES utf8mb4"), because=BECAUSE),)
    good = (LiveExample(with_settings(init_connect=""), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if setting(catalog, "init_connect"):
            yield self.finding(
                ObjectRef("server", "init_connect"),
                "runs a statement at every login",
                remedy="Move what it sets into the parameter group or the application.",
                sql="SHOW GLOBAL VARIABLES LIKE 'init_connect';",
            )
