from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import UserTypes, bare, columns, is_array, modifiers
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class NumericOver38Digits(Rule):
    """Column of numeric with more than 38 digits.

    ## What it finds
    Columns declared numeric with a precision above 38, also through domains.

    ## Why it matters on Aurora
    DMS's own numeric ends at 38 digits: it carries such a column as a string, and a table that it makes has
    varchar.

    ## What to do
    Make the schema with pg_dump and compare sums on both sides; declare 38 digits where the values allow it.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG207"
    slug = "numeric-over-38-digits"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE wei (id int PRIMARY KEY, amount numeric(78, 0));",)
    good = ("CREATE TABLE wei (id int PRIMARY KEY, amount numeric(38, 0));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            spelled = types.resolved(column.type)
            if bare(spelled) == "numeric" and (modifiers(spelled) or (0,))[0] > 38 and not is_array(spelled):
                yield self.finding(
                    ref,
                    f"is {spelled}, which DMS carries as a string",
                    remedy="Compare the sum on both sides:",
                    sql=f"SELECT sum({quoted(column.name)}) FROM {quoted_table(table.name)};",
                )
