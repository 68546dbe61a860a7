from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class DeferrableConstraint(Rule):
    """Constraint that may be checked at commit.

    ## What it finds
    Deferrable primary keys, unique constraints, foreign keys and exclusion constraints, except those that partitions
    inherit. A deferrable primary key is a warning of its own kind: it is no replica identity.

    ## Why it matters on Aurora
    DMS does not support deferred constraints: it may apply the rows of a transaction in an order that the constraint
    refuses on the target. A deferrable primary key cannot identify rows in the WAL, so updates and deletes are lost.

    ## What to do
    Create foreign keys on the target after the load and cut them off from DMS (session_replication_role, as this
    toolkit does), and make keys not deferrable.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG308"
    slug = "deferrable-constraint"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    bad = ("CREATE TABLE seat (id bigint PRIMARY KEY, place integer UNIQUE DEFERRABLE INITIALLY DEFERRED);",)
    good = ("CREATE TABLE seat (id bigint PRIMARY KEY, place integer UNIQUE);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table in catalog.tables:
            for constraint in table.constraints:
                if not constraint.deferrable or constraint.inherited:
                    continue
                owner, name = quoted_table(table.name), quoted(constraint.name)
                primary = constraint.kind is ConstraintKind.PRIMARY_KEY
                foreign = constraint.kind is ConstraintKind.FOREIGN_KEY
                yield self.finding(
                    ObjectRef(constraint.kind.value, f"{table.name}.{constraint.name}", table.location),
                    "is deferrable" + (", so it is no replica identity" if primary else ", which DMS does not support"),
                    remedy="Make it not deferrable, unless the application swaps values within a transaction."
                    + ("" if foreign else " A key has to be made anew for that."),
                    sql=f"ALTER TABLE {owner} ALTER CONSTRAINT {name} NOT DEFERRABLE;" if foreign else None,
                )
