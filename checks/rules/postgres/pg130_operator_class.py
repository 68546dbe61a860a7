from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class OperatorClass(Rule):
    """Operator class of the user's own.

    ## What it finds
    CREATE OPERATOR CLASS, those of extensions apart.

    ## Why it matters on Aurora
    Only a superuser may make one, and Aurora has none: the statement fails, and every index that uses the class.

    ## What to do
    Use an operator class that PostgreSQL or an extension of Aurora brings, or index an expression.

    ## References
    https://www.postgresql.org/docs/current/sql-createopclass.html
    """

    code = "PG130"
    slug = "operator-class"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "unsourced: inferred from CREATE OPERATOR CLASS, which asks for a superuser, and Aurora has none"
    bad = (
        (
            "CREATE TABLE part (id int PRIMARY KEY); "
            "CREATE OPERATOR CLASS backward FOR TYPE int USING btree AS "
            "OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(int, int);"
        ),
    )
    good = ("CREATE TABLE part (id int PRIMARY KEY);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if other.kind == "operator class":
                yield self.finding(
                    other.ref,
                    "is an operator class, which only a superuser can make",
                    remedy="Rewrite the indexes that use it with a class that PostgreSQL or an extension brings.",
                )
