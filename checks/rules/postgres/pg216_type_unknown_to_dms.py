from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import UserTypes, columns, dms_type
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class TypeUnknownToDms(Rule):
    """Column of a type that DMS does not list.

    ## What it finds
    Columns, and arrays, of multiranges and date ranges, of the server's internal types, and of types of common
    extensions (vector, ltree, citext and the like).

    ## Why it matters on Aurora
    Neither of the type tables in DMS's guide names them, so what DMS does with them is not known.

    ## What to do
    Prove each column on a copy; replicate such tables natively where it does not arrive whole.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG216"
    slug = "type-unknown-to-dms"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE mark (id int PRIMARY KEY, at pg_lsn);",)
    good = ("CREATE TABLE mark (id int PRIMARY KEY, at numeric(20, 0));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            spelled = types.resolved(column.type)
            known = dms_type(spelled) if types.kind(spelled) is None else None
            if known and known.verdict == "unlisted":
                yield self.finding(
                    ref,
                    f"is {spelled}, which DMS's guide does not name",
                    remedy="Prove the column on a copy; compare on both sides:",
                    sql=f"SELECT count({quoted(column.name)}), sum(hashtext({quoted(column.name)}::text)) "
                    f"FROM {quoted_table(table.name)};",
                    source=str(known.source),
                )
