from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import dms_types
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import by_type, some
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class LargeObjectColumn(Rule):
    """Column that DMS moves as a large object.

    ## What it finds
    MEDIUM and LONG texts and blobs, JSON and spatial columns; one finding for each type.

    ## Why it matters on Aurora
    DMS has modes of its own for them: limited LOB mode cuts what is longer than LobMaxSize and says so in a log
    alone, full mode is slow, and with SupportLobs off the columns are left out.

    ## What to do
    Measure the longest value of each and set LobMaxSize above it, as this toolkit does; compare after the load.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.LOBSupport.html
    """

    code = "MY205"
    slug = "large-object-column"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    methods = ("dms",)
    bad = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body longtext);",)
    good = ("CREATE TABLE letter (id int NOT NULL PRIMARY KEY, body text);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for type_, where, names in by_type(catalog, dms_types("large")):
            known = dms_types("large")[type_]
            yield self.finding(
                where,
                f"goes through DMS as {known.carried_as}: {known.caveat} ({some(names)})",
                remedy="Set LobMaxSize above the longest value, and compare after the load.",
                source=str(known.source),
            )
