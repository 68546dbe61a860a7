from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, TableName
from checks.finding import Finding, Severity
from checks.identifiers import quoted_table
from checks.route import Route
from checks.rule import Rule


class InheritanceParent(Rule):
    """Table that others inherit from.

    ## What it finds
    Parents by INHERITS (not partitioned tables), with their children.

    ## Why it matters on Aurora
    DMS and logical replication treat parent and child as two tables. A SELECT from the parent also returns the rows
    of its children, so a load or a count that reads it without ONLY has them twice.

    ## What to do
    Name parent and children each in the task, load once on a copy, and compare counts taken with ONLY.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG106"
    slug = "inheritance-parent"
    severity = Severity.WARNING
    source = "unsourced: inferred from the duplicates that the DMS guide tells of when partitioned parents are selected"
    methods = ("dms",)
    bad = ("CREATE TABLE place (id bigint PRIMARY KEY); CREATE TABLE city (mayor text) INHERITS (place);",)
    good = ("CREATE TABLE place (id bigint PRIMARY KEY); CREATE TABLE city (mayor text);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        children: dict[TableName, list[str]] = {}
        for table in catalog.tables:
            for parent in table.parents:
                children.setdefault(parent, []).append(str(table.name))
        for table in catalog.tables:
            if table.name in children:
                yield self.finding(
                    table.ref,
                    f"is inherited by {', '.join(sorted(children[table.name]))}: read it with ONLY",
                    remedy="Compare its rows on both sides with ONLY.",
                    sql=f"SELECT count(*) FROM ONLY {quoted_table(table.name)};",
                )
