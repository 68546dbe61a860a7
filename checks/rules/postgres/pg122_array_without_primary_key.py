from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import UserTypes, is_array
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.keys import families
from checks.route import Route
from checks.rule import Rule


class ArrayWithoutPrimaryKey(Rule):
    """Array in a table without primary key.

    ## What it finds
    Columns of an array type in tables without a primary key; of a partitioned table the parent is named.

    ## Why it matters on Aurora
    DMS suspends such a table during the full load: its rows are not copied at all.

    ## What to do
    Give the table a primary key before the task starts (PG301 offers the statement).

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    """

    code = "PG122"
    slug = "array-without-primary-key"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE note (id int NOT NULL, tags text[]);",)
    good = ("CREATE TABLE note (id int PRIMARY KEY, tags text[]);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for family in families(catalog):
            table = family.root
            if family.keyed or table.persistence == "temporary":
                continue
            for column in table.columns:
                if is_array(types.resolved(column.type)):
                    yield self.finding(
                        ObjectRef("column", f"{table.name}.{column.name}", table.location),
                        "is an array in a table without primary key: DMS suspends the table in the full load",
                        remedy="Add a primary key to the table.",
                    )
