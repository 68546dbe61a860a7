from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import UserTypes, columns
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class VarcharWithoutLength(Rule):
    """Column of varchar without length.

    ## What it finds
    Columns of character varying without a length, also through domains.

    ## Why it matters on Aurora
    DMS's guide lists it as migrating in part, and users tell that values are cut at 8000 characters unless the
    source endpoint says otherwise (unboundedVarcharMaxSize).

    ## What to do
    Find the longest value. Above 8000 characters raise unboundedVarcharMaxSize, or declare the column text, which
    falls under the LOB settings.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://github.com/cockroachdb/docs/issues/17092
    """

    code = "PG212"
    slug = "varchar-without-length"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TABLE memo (id int PRIMARY KEY, body varchar);",)
    good = ("CREATE TABLE memo (id int PRIMARY KEY, body varchar(500));",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            if types.resolved(column.type) == "character varying":
                yield self.finding(
                    ref,
                    "is varchar without length, which DMS may cut at 8000 characters",
                    remedy="Find the longest value; above 8000, raise unboundedVarcharMaxSize of the source endpoint.",
                    sql=f"SELECT max(length({quoted(column.name)})) FROM {quoted_table(table.name)};",
                )
