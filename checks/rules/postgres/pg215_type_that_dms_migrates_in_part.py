from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import UserTypes, columns, dms_type
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class TypeThatDmsMigratesInPart(Rule):
    """Column of a type that DMS migrates in part.

    ## What it finds
    Columns, and arrays, of interval and time with time zone.

    ## Why it matters on Aurora
    DMS's guide lists them as migrating partially; lost microseconds are reported. timestamptz, which it lists too,
    is left out: every schema has it, and its values are compared by the validation.

    ## What to do
    Let both sides have TimeZone UTC and compare the column after the load and before the cutover.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG215"
    slug = "type-that-dms-migrates-in-part"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE lap (id int PRIMARY KEY, took interval);",)
    good = ("CREATE TABLE lap (id int PRIMARY KEY, took time);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            spelled = types.resolved(column.type)
            known = dms_type(spelled) if types.kind(spelled) is None else None
            if known and known.verdict == "part":
                yield self.finding(
                    ref,
                    f"is {spelled}, which DMS migrates in part (carried as {known.carried_as})",
                    remedy="Prove the column on a copy; compare on both sides:",
                    sql=f"SELECT count({quoted(column.name)}), sum(hashtext({quoted(column.name)}::text)) "
                    f"FROM {quoted_table(table.name)};",
                    source=str(known.source),
                )
