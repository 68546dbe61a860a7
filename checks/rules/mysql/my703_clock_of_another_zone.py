from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, IN_UTC, server_zone, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class ClockOfAnotherZone(Rule):
    """Server whose time is not UTC.

    ## What it finds
    Servers whose time_zone is another than UTC, their own or the system's.

    ## Why it matters on Aurora
    DMS reads TIMESTAMP as UTC and takes the server's zone for it unless the endpoint says otherwise; what a column
    gets by default is another time on an Aurora cluster, whose zone is UTC.

    ## What to do
    Set time_zone in the cluster's parameter group, and `[source] time_zone` in migration.toml, which DMS is told as
    ServerTimezone; compare some timestamps around the change to summer time.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    """

    code = "MY703"
    slug = "clock-of-another-zone"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(time_zone="SYSTEM", system_time_zone="CET"), because=BECAUSE),)
    good = (LiveExample(with_settings(time_zone="SYSTEM", system_time_zone="UTC"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        zone = server_zone(catalog)
        if zone and zone.upper() not in IN_UTC:
            yield self.finding(
                ObjectRef("server", "time_zone"),
                f"is {zone}: defaults and functions of time give other values on a cluster in UTC",
                remedy="Set time_zone in the cluster's parameter group, and [source] time_zone, which DMS is told.",
            )
