from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import TypeKind, UserTypes, columns
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class RangeColumn(Rule):
    """Column of a range type of the user's own.

    ## What it finds
    Columns of types made by CREATE TYPE … AS RANGE. The built-in ranges are told by PG214 and PG216.

    ## Why it matters on Aurora
    DMS's guide names the built-in ranges only, and those as not migrating. Nothing is said of others.

    ## What to do
    Prove the column on a copy; if it does not arrive whole, leave it out of the task and copy it natively.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG205"
    slug = "range-column"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TYPE span AS RANGE (SUBTYPE = float8); CREATE TABLE shift (id int PRIMARY KEY, span span);",)
    good = ("CREATE TYPE span AS RANGE (SUBTYPE = float8); CREATE TABLE shift (id int PRIMARY KEY, span float8);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            if types.kind(column.type) is TypeKind.RANGE:
                yield self.finding(
                    ref,
                    f"is of the range {column.type}, of which DMS's guide says nothing",
                    remedy="Prove it on a copy; compare on both sides:",
                    sql=f"SELECT count({quoted(column.name)}), sum(hashtext({quoted(column.name)}::text)) "
                    f"FROM {quoted_table(table.name)};",
                )
