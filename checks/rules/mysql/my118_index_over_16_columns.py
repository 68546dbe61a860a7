from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import Rule

_MOST = 16
_KEYS = (ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE)


class IndexOver16Columns(Rule):
    """Index with more columns than MySQL allows.

    ## What it finds
    Keys and indexes of more than 16 columns.

    ## Why it matters on Aurora
    MariaDB takes 32, MySQL 16: the table does not load (error 1070).

    ## What to do
    Leave columns out of it.

    ## References
    https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/
    """

    code = "MY118"
    slug = "index-over-16-columns"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://mariadb.com/docs/release-notes/community-server/about/compatibility-and-differences/"
    engines = (Engine.MARIADB,)
    bad = (
        (
            "CREATE TABLE wide (id int NOT NULL PRIMARY KEY, c0 int, c1 int, c2 int, c3 int, c4 int, c5 "
            "int, c6 int, c7 int, c8 int, c9 int, c10 int, c11 int, c12 int, c13 int, c14 int, c15 int, "
            "c16 int, KEY all_of_it (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, "
            "c15, c16));"
        ),
    )
    good = (
        (
            "CREATE TABLE wide (id int NOT NULL PRIMARY KEY, c0 int, c1 int, c2 int, c3 int, c4 int, c5 "
            "int, c6 int, c7 int, c8 int, c9 int, c10 int, c11 int, c12 int, c13 int, c14 int, c15 int, "
            "c16 int, KEY all_of_it (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, "
            "c15));"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        keys = [(index.table, index.name, index.columns, index.location) for index in catalog.indexes]
        for table in catalog.tables:
            unique = [key for key in table.constraints if key.kind in _KEYS]
            keys += [(table.name, key.name, key.columns, table.location) for key in unique]
        for owner, name, names, location in keys:
            if len(names) > _MOST:
                yield self.finding(
                    ObjectRef("index", f"{owner}.{name}", location),
                    f"has {len(names)} columns, MySQL allows {_MOST}",
                    remedy="Leave columns out of it on the source.",
                )
