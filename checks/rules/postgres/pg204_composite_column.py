from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import TypeKind, UserTypes, columns
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class CompositeColumn(Rule):
    """Column of a composite type.

    ## What it finds
    Columns of composite types and row types of tables, and arrays of them.

    ## Why it matters on Aurora
    DMS carries a composite as a LOB (NCLOB) and its guide lists the type as not migrating: what arrives is its
    text, cut where LOBs are cut, or nothing.

    ## What to do
    Prove the column on a copy; if it does not arrive whole, leave it out of the task and copy it natively.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG204"
    slug = "composite-column"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TYPE size AS (w int, h int); CREATE TABLE box (id int PRIMARY KEY, size size);",)
    good = ("CREATE TYPE size AS (w int, h int); CREATE TABLE box (id int PRIMARY KEY, size int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            if types.kind(column.type) is TypeKind.COMPOSITE:
                yield self.finding(
                    ref,
                    f"is of the composite {column.type}, which DMS lists as not migrating",
                    remedy="Prove it on a copy; compare on both sides:",
                    sql=f"SELECT count({quoted(column.name)}), sum(hashtext({quoted(column.name)}::text)) "
                    f"FROM {quoted_table(table.name)};",
                )
