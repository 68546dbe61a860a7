from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import TypeKind, UserTypes
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class DomainColumn(Rule):
    """Column of a domain.

    ## What it finds
    Domains that columns have, or arrays in columns; one finding for each, with the columns.

    ## Why it matters on Aurora
    To DMS a domain is a type of the user's own: a table that DMS makes has varchar in its place, and the domain's
    checks are gone. Into a table that is there already its values go as those of the type beneath.

    ## What to do
    Make the schema with pg_dump, never with DMS, as this toolkit does.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
    """

    code = "PG206"
    slug = "domain-column"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html"
    methods = ("dms",)
    bad = ("CREATE DOMAIN score AS int CHECK (VALUE > 0); CREATE TABLE game (id int PRIMARY KEY, score score);",)
    good = ("CREATE DOMAIN score AS int CHECK (VALUE > 0); CREATE TABLE game (id int PRIMARY KEY, score int);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for definition, used in UserTypes(catalog).users(TypeKind.DOMAIN):
            yield self.finding(
                definition.ref,
                f"is a domain: where DMS makes the table, it becomes varchar (in {', '.join(used)})",
                remedy="Make the tables with pg_dump, which keeps the domain and its checks.",
            )
