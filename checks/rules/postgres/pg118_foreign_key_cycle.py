from __future__ import annotations

from collections.abc import Iterable

from checks.circles import in_circles
from checks.facts import Catalog, ConstraintKind, TableName
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class ForeignKeyCycle(Rule):
    """Tables whose foreign keys run in a circle.

    ## What it finds
    Tables that refer to each other by foreign keys, over two or more tables. A key to its own table is not meant.

    ## Why it matters on Aurora
    No order of loading satisfies all keys, and PostgreSQL refuses to truncate one of the tables by itself, so a
    task that prepares its tables with TRUNCATE fails.

    ## What to do
    Add the foreign keys after the load, as this toolkit does, and prepare tables with DO_NOTHING.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    """

    code = "PG118"
    slug = "foreign-key-cycle"
    severity = Severity.NOTICE
    source = "unsourced: inferred from TRUNCATE, which PostgreSQL refuses for tables that others refer to"
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE a (id int PRIMARY KEY, b int); "
            "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); "
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;"
        ),
    )
    good = ("CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        targets: dict[TableName, set[TableName]] = {}
        for table, constraint in catalog.constraints(ConstraintKind.FOREIGN_KEY):
            if constraint.references and constraint.references != table.name and not constraint.inherited:
                targets.setdefault(table.name, set()).add(constraint.references)
        circles = in_circles(targets)
        for table in catalog.tables:
            if table.name in circles:
                yield self.finding(
                    table.ref,
                    "refers to itself by way of other tables: no order of loading satisfies the keys",
                    remedy="Add the foreign keys after the load, and do not let the task truncate its tables.",
                )
