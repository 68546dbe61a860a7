from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, is_on, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class TimestampWithSilentDefault(Rule):
    """Timestamps that get a default by themselves.

    ## What it finds
    Servers with explicit_defaults_for_timestamp off.

    ## Why it matters on Aurora
    The first TIMESTAMP of a new table becomes NOT NULL with ON UPDATE there, on MySQL 8 it does not: the same
    CREATE TABLE makes another table.

    ## What to do
    Write NULL, DEFAULT and ON UPDATE into all DDL.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html
    https://github.com/mysql/mysql-shell/blob/master/modules/util/upgrade_checker/upgrade_check_creators.cc
    """

    code = "MY704"
    slug = "timestamp-with-silent-default"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(explicit_defaults_for_timestamp="OFF"), because=BECAUSE),)
    good = (LiveExample(with_settings(explicit_defaults_for_timestamp="ON"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if is_on(catalog, "explicit_defaults_for_timestamp") is False:
            yield self.finding(
                ObjectRef("server", "explicit_defaults_for_timestamp"),
                "is off: CREATE TABLE gives a TIMESTAMP a default that it does not get on the target",
                remedy="Write NULL, DEFAULT and ON UPDATE into the application's DDL.",
            )
