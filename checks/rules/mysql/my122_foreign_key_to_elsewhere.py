from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Route
from checks.rule import Rule


class ForeignKeyToElsewhere(Rule):
    """Foreign key to a table that is not migrated.

    ## What it finds
    Foreign keys whose parent is in none of the databases that are read.

    ## Why it matters on Aurora
    The rows arrive without their parents: the key cannot be made on the target, or its rows do not hold.

    ## What to do
    Migrate the parent's database too, or drop the key.

    ## References
    unsourced: follows from the selection of databases
    """

    code = "MY122"
    slug = "foreign-key-to-elsewhere"
    severity = Severity.WARNING
    source = "unsourced: follows from the selection of databases"
    engines = MYSQL_FAMILY
    bad = (
        (
            "SET foreign_key_checks = 0; CREATE TABLE book (id int NOT NULL PRIMARY KEY, shelf int, "
            "FOREIGN KEY (shelf) REFERENCES shelf (id));"
        ),
    )
    good = (
        (
            "SET foreign_key_checks = 0; CREATE TABLE book (id int NOT NULL PRIMARY KEY, shelf int, "
            "FOREIGN KEY (shelf) REFERENCES book (id));"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        known = {table.name for table in catalog.tables}
        for table, key in catalog.constraints(ConstraintKind.FOREIGN_KEY):
            if key.references is not None and key.references not in known:
                yield self.finding(
                    ObjectRef("foreign key", f"{table.name}.{key.name}", table.location),
                    f"refers to {key.references}, which is not among the tables",
                    remedy="Migrate that table too, or drop the key on the target.",
                )
