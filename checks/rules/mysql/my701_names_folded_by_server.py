from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, number, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class NamesFoldedByServer(Rule):
    """Server that folds the case of names.

    ## What it finds
    Servers whose lower_case_table_names is not 0: 1 keeps names in small letters, 2 (macOS) compares them so.

    ## Why it matters on Aurora
    On Aurora MySQL 3 and later the value is fixed when the cluster is made. With another one, code that writes
    names in other letters finds no table.

    ## What to do
    Make the cluster with a parameter group that has the source's value.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    """

    code = "MY701"
    slug = "names-folded-by-server"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(lower_case_table_names="1"), because=BECAUSE),)
    good = (LiveExample(with_settings(lower_case_table_names="0"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        value = number(catalog, "lower_case_table_names")
        if value:
            yield self.finding(
                ObjectRef("server", "lower_case_table_names"),
                f"is {value}: a cluster that is made with 0 can never be changed",
                remedy="Set lower_case_table_names=1 in the cluster's parameter group before it is made.",
            )
