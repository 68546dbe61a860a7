from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import collation_support
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.mysql_columns import some, used_collations
from checks.route import Engine, Route
from checks.rule import Rule


class CollationOfMariadbAlone(Rule):
    """Collation that only MariaDB has.

    ## What it finds
    Collations of columns, tables and databases that no MySQL knows: those of UCA 14 (`uca1400`), NO PAD ones
    (`nopad`) and a few others; one finding for each, with what has it.

    ## Why it matters on Aurora
    The schema does not load (error 1273). Another collation may call values the same that were different, so a
    unique key fails, or the other way round; trailing blanks count in the one and not in the other.

    ## What to do
    Choose the collation of the target for each, all columns that a foreign key joins together; look for duplicates
    under it before the load.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY202"
    slug = "collation-of-mariadb-alone"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = (
        (
            "CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_uca1400_ai_ci);"
        ),
    )
    good = (
        (
            "CREATE TABLE town (id int NOT NULL PRIMARY KEY, name varchar(80) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_unicode_520_ci);"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for collation, where, names in used_collations(catalog):
            support = collation_support(collation, route.target_version)
            if not support.there and not support.since:
                usual = f" Usual: {support.instead}; they differ in {support.differs}." if support.instead else ""
                yield self.finding(
                    where,
                    f"does not exist in MySQL (of {some(names)})",
                    remedy="Convert to one that both servers have, after counting duplicates under it." + usual,
                    source=str(support.source),
                )
