from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class EventThatRuns(Rule):
    """Event that the server runs by itself.

    ## What it finds
    Scheduled events that are enabled.

    ## Why it matters on Aurora
    Once the target has it and its scheduler is on, it runs on both sides; and the account of its definer may be
    locked at the cutover, it runs on.

    ## What to do
    Make events disabled on the target and enable them at the cutover, after they are disabled on the source, as
    this toolkit does.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY502"
    slug = "event-that-runs"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY ENABLE DO DO 1;",)
    good = ("CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DO 1;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for event in catalog.events:
            if event.enabled == "enabled":
                yield self.finding(
                    event.ref,
                    f"runs {event.schedule or 'by itself'}: on both sides, where the target has it enabled",
                    remedy="Keep it disabled on the target until the cutover.",
                )
