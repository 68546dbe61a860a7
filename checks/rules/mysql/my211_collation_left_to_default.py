from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import Rule

_WRITTEN_SINCE = 8


class CollationLeftToDefault(Rule):
    """Charset without a collation.

    ## What it finds
    Tables of a dump in utf8mb4 whose collation is not written, where the source is older than MySQL 8 or is
    MariaDB.

    ## Why it matters on Aurora
    The server that loads it fills in its own default: utf8mb4_general_ci became utf8mb4_0900_ai_ci in MySQL 8, with
    other ideas of what is the same, and trailing blanks that count.

    ## What to do
    Write the collation of the source into the schema, or set default_collation_for_utf8mb4 for the load.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Compare-80-v3.html
    """

    code = "MY211"
    slug = "collation-left-to-default"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Compare-80-v3.html"
    engines = MYSQL_FAMILY
    bad = ("CREATE TABLE town (id int NOT NULL PRIMARY KEY) DEFAULT CHARSET=utf8mb4;",)
    good = (("CREATE TABLE town (id int NOT NULL PRIMARY KEY) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        version = catalog.version or route.source_version
        if catalog.engine is Engine.MYSQL and version is not None and version.major >= _WRITTEN_SINCE:
            return
        for table in catalog.tables:
            if table.charset == "utf8mb4" and table.collation is None:
                yield self.finding(
                    table.ref,
                    "names utf8mb4 and no collation: the target fills in utf8mb4_0900_ai_ci",
                    remedy="Write the source's collation into its DDL.",
                )
