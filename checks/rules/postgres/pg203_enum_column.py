from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import TypeKind, UserTypes, columns
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.identifiers import quoted, quoted_table
from checks.route import Route
from checks.rule import Rule


class EnumColumn(Rule):
    """Column of an enum type.

    ## What it finds
    Columns of enum types, and arrays of them.

    ## Why it matters on Aurora
    DMS carries an enum as a string of 64 and its guide lists the type as not migrating: a table that DMS makes has
    varchar in its place, without the labels' order and check.

    ## What to do
    Make the schema with pg_dump, never with DMS, as this toolkit does, and compare the column on both sides.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    """

    code = "PG203"
    slug = "enum-column"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE diary (id int PRIMARY KEY, mood mood);",)
    good = ("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE diary (id int PRIMARY KEY, mood int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        types = UserTypes(catalog)
        for table, column, ref in columns(catalog):
            if types.kind(column.type) is TypeKind.ENUM:
                yield self.finding(
                    ref,
                    f"is of the enum {column.type}, which DMS carries as a string of at most 64",
                    remedy="Make the table with pg_dump and compare on both sides:",
                    sql=f"SELECT count({quoted(column.name)}), sum(hashtext({quoted(column.name)}::text)) "
                    f"FROM {quoted_table(table.name)};",
                )
