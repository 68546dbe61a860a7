from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class CastWithoutFunction(Rule):
    """Cast without a function.

    ## What it finds
    CREATE CAST … WITHOUT FUNCTION.

    ## Why it matters on Aurora
    PostgreSQL lets only a superuser declare that two types are the same bytes, and Aurora has none: the statement
    fails, and what relies on the cast with it.

    ## What to do
    Make the cast with a function, or WITH INOUT, on the source.

    ## References
    https://www.postgresql.org/docs/current/sql-createcast.html
    """

    code = "PG129"
    slug = "cast-without-function"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "unsourced: inferred from CREATE CAST, which asks for a superuser here, and Aurora has none"
    bad = ("CREATE CAST (date AS oid) WITHOUT FUNCTION;",)
    good = ("CREATE CAST (date AS oid) WITH INOUT;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            words = [token.value for token in tokens(other.definition) if token.kind is Kind.WORD]
            if other.kind == "cast" and "without" in words:
                yield self.finding(
                    other.ref,
                    "is a cast without function, which only a superuser can make",
                    remedy="Make it WITH INOUT or with a function instead.",
                    sql=f"DROP CAST {other.name};",
                )
