from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.mysql_names import quoted, quoted_table
from checks.route import Engine, Route
from checks.rule import Rule


class IgnoredIndex(Rule):
    """Index that MariaDB ignores.

    ## What it finds
    Indexes with the keyword IGNORED.

    ## Why it matters on Aurora
    MySQL does not know the keyword (error 1064); its own is INVISIBLE.

    ## What to do
    Drop the index, or write INVISIBLE in the target's schema.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY120"
    slug = "ignored-index"
    severity = Severity.WARNING
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, net int, KEY by_net (net) IGNORED);",)
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY, net int, KEY by_net (net));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for index in catalog.indexes:
            if index.invisible:
                yield self.finding(
                    ObjectRef("index", f"{index.table}.{index.name}", index.location),
                    "is IGNORED, a word that MySQL does not know",
                    remedy="Drop it if nobody misses it.",
                    sql=f"ALTER TABLE {quoted_table(index.table)} DROP INDEX {quoted(index.name)};",
                )
