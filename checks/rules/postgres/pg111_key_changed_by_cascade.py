from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ConstraintKind, ObjectRef
from checks.finding import Finding, Severity
from checks.keys import action_of, points_at_primary_key
from checks.route import Route
from checks.rule import Rule


class KeyChangedByCascade(Rule):
    """Foreign key that changes primary keys.

    ## What it finds
    Foreign keys ON UPDATE CASCADE, SET NULL or SET DEFAULT that refer to columns of a primary key or stand in one:
    a sign that primary keys are updated.

    ## Why it matters on Aurora
    DMS passes over an update that changes a primary key, and writes no exception: the target keeps the old key, and
    every later change of the row misses it.

    ## What to do
    Find out whether the application updates these keys. If so, stop it until the cutover, or reload the rows after.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG111"
    slug = "key-changed-by-cascade"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE country (code text PRIMARY KEY); "
            "CREATE TABLE town (id int PRIMARY KEY, country text REFERENCES country ON UPDATE CASCADE);"
        ),
    )
    good = (
        (
            "CREATE TABLE country (code text PRIMARY KEY); "
            "CREATE TABLE town (id int PRIMARY KEY, country text REFERENCES country);"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for table, constraint in catalog.constraints(ConstraintKind.FOREIGN_KEY):
            if constraint.inherited or action_of(constraint, "update") is None:
                continue
            key = table.primary_key
            if set(constraint.columns) & set(key.columns if key else ()) or points_at_primary_key(catalog, constraint):
                action = action_of(constraint, "update")
                yield self.finding(
                    ObjectRef("foreign key", f"{table.name}.{constraint.name}", table.location),
                    f"is ON UPDATE {action} over a primary key: DMS silently loses updates that change one",
                    remedy="Make sure that no primary key is updated while the task runs.",
                )
