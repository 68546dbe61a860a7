from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import Rule

_OPTIONS = frozenset(
    ("page_checksum", "transactional", "page_compressed", "page_compression_level", "encrypted", "encryption_key_id")
)


class OptionOfMariadb(Rule):
    """Table option that MySQL does not know.

    ## What it finds
    Tables with PAGE_CHECKSUM, TRANSACTIONAL, encryption and other options of MariaDB.

    ## Why it matters on Aurora
    Each is a syntax error where the table is made on Aurora. Aurora encrypts the volume as a whole.

    ## What to do
    Strip them from the schema.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY121"
    slug = "option-of-mariadb"
    severity = Severity.WARNING
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY) PAGE_CHECKSUM=1;",)
    good = ("CREATE TABLE item (id int NOT NULL PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            found = [name for name, _ in table.options if name in _OPTIONS]
            if found:
                yield self.finding(
                    table.ref,
                    f"has options that MySQL does not know: {', '.join(found)}",
                    remedy="Leave them out of the target's schema.",
                )
