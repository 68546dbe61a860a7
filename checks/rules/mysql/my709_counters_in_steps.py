from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, number, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class CountersInSteps(Rule):
    """AUTO_INCREMENT in steps.

    ## What it finds
    Servers whose auto_increment_increment or auto_increment_offset is not 1.

    ## Why it matters on Aurora
    Two servers that are written to shared the numbers in this way: if only one of them is migrated, its numbers go
    on in steps of 1 and meet those of the other.

    ## What to do
    See who else writes; set the same values in the parameter group until nobody does.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/replication-options-source.html
    """

    code = "MY709"
    slug = "counters-in-steps"
    severity = Severity.WARNING
    source = "https://dev.mysql.com/doc/refman/8.0/en/replication-options-source.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(auto_increment_increment="2"), because=BECAUSE),)
    good = (LiveExample(with_settings(auto_increment_increment="1"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        odd = {
            name: value
            for name in ("auto_increment_increment", "auto_increment_offset")
            if (value := number(catalog, name)) not in (None, 1)
        }
        if odd:
            yield self.finding(
                ObjectRef("server", "auto_increment"),
                f"goes in steps: {', '.join(f'{name} = {value}' for name, value in odd.items())}",
                remedy="See whether another server writes too, and carry the values into the parameter group.",
            )
