from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, number, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class ServerIdOfZero(Rule):
    """Server without an id.

    ## What it finds
    Servers whose server_id is 0.

    ## Why it matters on Aurora
    No replica, and so no task, may connect to such a server.

    ## What to do
    Give it an id that no other member has.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY308"
    slug = "server-id-of-zero"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(server_id="0"), because=BECAUSE),)
    good = (LiveExample(with_settings(server_id="1"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if number(catalog, "server_id") == 0:
            yield self.finding(
                ObjectRef("server", "server_id"),
                "is 0: the server admits no reader of its log",
                remedy="Give it an id of its own, also where it is configured.",
                sql="SET GLOBAL server_id = 1;",
            )
