from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class ConstraintLeftUnvalidated(Rule):
    """Constraint that old rows were never checked against.

    ## What it finds
    Foreign keys and checks that are NOT VALID; those that are NOT ENFORCED (PostgreSQL 18) are left out.

    ## Why it matters on Aurora
    Rows that break it may stand in the source. Made anew on the target without NOT VALID, it refuses them and the
    step that makes it fails; a copy of the rows fails likewise where the check is there first.

    ## What to do
    Validate it on the source before the migration and clean what it refuses, or keep it NOT VALID on the target.

    ## References
    https://www.postgresql.org/docs/current/sql-altertable.html
    """

    code = "PG114"
    slug = "constraint-left-unvalidated"
    severity = Severity.WARNING
    source = "unsourced: inferred from what NOT VALID means to PostgreSQL"
    bad = (
        (
            "CREATE TABLE rate (id int PRIMARY KEY, value int); "
            "ALTER TABLE rate ADD CONSTRAINT positive CHECK (value > 0) NOT VALID;"
        ),
    )
    good = (
        (
            "CREATE TABLE rate (id int PRIMARY KEY, value int); "
            "ALTER TABLE rate ADD CONSTRAINT positive CHECK (value > 0);"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            for constraint in table.constraints:
                if constraint.validated or constraint.inherited or "not enforced" in constraint.definition.lower():
                    continue
                yield self.finding(
                    ObjectRef(constraint.kind.value, f"{table.name}.{constraint.name}", table.location),
                    "is not validated: rows may break it, and then it cannot be made on the target as a full one",
                    remedy="Validate it on the source; where that fails, clean the rows first.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} VALIDATE CONSTRAINT {quoted(constraint.name)};",
                )
