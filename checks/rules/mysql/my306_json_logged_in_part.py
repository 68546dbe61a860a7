from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, setting, with_settings
from checks.route import MYSQL_FAMILY, Route
from checks.rule import LiveExample, Rule


class JsonLoggedInPart(Rule):
    """Binary log with JSON in part.

    ## What it finds
    Servers with binlog_row_value_options=PARTIAL_JSON.

    ## Why it matters on Aurora
    An update of JSON is logged as a difference in an event of its own, which several readers of the log drop
    without a word; what DMS does is not documented.

    ## What to do
    Set it to nothing and let every session log in again.

    ## References
    https://github.com/debezium/debezium/pull/3912
    https://github.com/apache/flink-cdc/pull/3148
    """

    code = "MY306"
    slug = "json-logged-in-part"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://github.com/debezium/debezium/pull/3912"
    engines = MYSQL_FAMILY
    needs = ("settings",)
    bad = (LiveExample(with_settings(binlog_row_value_options="PARTIAL_JSON"), because=BECAUSE),)
    good = (LiveExample(with_settings(binlog_row_value_options=""), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if "PARTIAL_JSON" in (setting(catalog, "binlog_row_value_options") or "").upper():
            yield self.finding(
                ObjectRef("server", "binlog_row_value_options"),
                "is PARTIAL_JSON: readers of the log drop such updates",
                remedy="Set it to nothing, also where it is configured, and end the open sessions.",
                sql="SET GLOBAL binlog_row_value_options = '';",
            )
