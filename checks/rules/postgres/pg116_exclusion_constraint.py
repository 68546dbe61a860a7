from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class ExclusionConstraint(Rule):
    """Exclusion constraint.

    ## What it finds
    Exclusion constraints, except those that partitions inherit.

    ## Why it matters on Aurora
    DMS makes none, and replica mode of a session does not silence one: while changes are applied out of the
    source's order, a row may collide with one that is to be changed a moment later.

    ## What to do
    Copy the schema with pg_dump, and add the constraint on the target once the load is done and the changes are
    caught up.

    ## References
    https://github.com/yugabyte/yb-voyager
    """

    code = "PG116"
    slug = "exclusion-constraint"
    severity = Severity.NOTICE
    source = "https://github.com/yugabyte/yb-voyager"
    bad = ("CREATE TABLE stay (id int PRIMARY KEY, room point, during tsrange, EXCLUDE USING gist (during WITH &&));",)
    good = ("CREATE TABLE stay (id int PRIMARY KEY, room point, during tsrange);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, constraint in catalog.constraints(ConstraintKind.EXCLUDE):
            if not constraint.inherited:
                yield self.finding(
                    ObjectRef("exclude", f"{table.name}.{constraint.name}", table.location),
                    "is checked for every replicated row, in whatever order they arrive",
                    remedy="Leave it out on the target until the changes are caught up.",
                    sql=f"ALTER TABLE {quoted_table(table.name)} DROP CONSTRAINT {quoted(constraint.name)};",
                )
