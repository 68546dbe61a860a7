from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class PostfixOperator(Rule):
    """Operator after its operand, which PostgreSQL 14 gave up.

    ## What it finds
    Operators of the user's own without a right operand, as PostgreSQL 13 and older have them.

    ## Why it matters on Aurora
    CREATE OPERATOR is refused from 14 on, and with it all views and functions that use the operator.

    ## What to do
    Call the function behind it, or make an operator that stands before its operand; then drop this one.

    ## References
    https://github.com/postgres/postgres/blob/master/src/bin/pg_upgrade/check.c
    https://www.postgresql.org/docs/release/14.0/
    """

    code = "PG518"
    slug = "postfix-operator"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://www.postgresql.org/docs/release/14.0/"
    source_majors = (None, 13)
    target_majors = (14, None)
    not_loadable = "PostgreSQL 14 and newer refuse it"
    bad = ("CREATE OPERATOR public.!! (LEFTARG = bigint, PROCEDURE = factorial);",)
    good = ("CREATE OPERATOR public.!! (RIGHTARG = bigint, PROCEDURE = factorial);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if other.kind == "operator":
                words = {token.value for token in tokens(other.definition) if token.kind is Kind.WORD}
                if "leftarg" in words and "rightarg" not in words:
                    yield self.finding(
                        other.ref,
                        "stands after its operand, which no server from 14 on takes",
                        remedy="Let its users call the function behind it, then drop the operator.",
                    )
