from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import TypeKind, UserTypes
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class EnumColumn(Rule):
    """Column of an enum type.

    ## What it finds
    Enum types that columns have, or arrays in columns; one finding for each, with the columns.

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
        for definition, used in UserTypes(catalog).users(TypeKind.ENUM):
            yield self.finding(
                definition.ref,
                f"is an enum, which DMS carries as a string of at most 64 (in {', '.join(used)})",
                remedy="Make the tables with pg_dump, and compare the columns on both sides.",
            )
