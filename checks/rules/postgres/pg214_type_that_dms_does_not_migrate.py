from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import UserTypes, columns, dms_type
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class TypeThatDmsDoesNotMigrate(Rule):
    """Column of a type that DMS lists as not migrating.

    ## What it finds
    Columns, and arrays, of inet, macaddr, text search types, ranges and geometric types that the guide marks so.

    ## Why it matters on Aurora
    One table of DMS's guide says that these types do not migrate, another that they are carried as strings or
    CLOBs. What reaches a table that is already there is not documented.

    ## What to do
    Prove each column on a copy with the schema of pg_dump; one that does not arrive whole is left out of the task
    and copied natively. Text search columns are better computed on the target.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG214"
    slug = "type-that-dms-does-not-migrate"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE host (id int PRIMARY KEY, address inet);",)
    good = ("CREATE TABLE host (id int PRIMARY KEY, address cidr);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            spelled = types.resolved(column.type)
            known = dms_type(spelled) if types.kind(spelled) is None else None
            if known and known.verdict == "none":
                yield self.finding(
                    ref,
                    f"is {spelled}, which DMS lists as not migrating (carried as {known.carried_as})",
                    remedy="Prove the column on a copy; compare on both sides:",
                    sql=f"SELECT count({quoted(column.name)}), sum(hashtext({quoted(column.name)}::text)) "
                    f"FROM {quoted_table(table.name)};",
                    source=str(known.source),
                )
