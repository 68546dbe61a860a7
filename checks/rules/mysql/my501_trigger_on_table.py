from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class TriggerOnTable(Rule):
    """Trigger.

    ## What it finds
    Triggers.

    ## Why it matters on Aurora
    MySQL cannot silence a trigger for a session: on the target it fires again on rows that DMS applies, whose
    effects arrive too.

    ## What to do
    Make triggers on the target at the cutover and not before, as this toolkit does.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_BestPractices.html
    """

    code = "MY501"
    slug = "trigger-on-table"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_BestPractices.html"
    engines = MYSQL_FAMILY
    bad = (
        (
            "CREATE TABLE item (id int NOT NULL PRIMARY KEY, code varchar(9)); CREATE TRIGGER folds "
            "BEFORE INSERT ON item FOR EACH ROW SET NEW.code = upper(NEW.code);"
        ),
    )
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, code varchar(9));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for trigger in catalog.triggers:
            when = f" {trigger.timing} {trigger.event}" if trigger.timing and trigger.event else ""
            yield self.finding(
                ObjectRef("trigger", f"{trigger.table.schema}.{trigger.name}", trigger.location),
                f"fires{when} on {trigger.table}: on the target it would act twice while changes are applied",
                remedy="Keep it off the target until the cutover.",
            )
