from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_STARTS = ("", ";", "begin", "then", "else", "loop")


def _truncates(body: str) -> bool:
    before = ""
    for token in tokens(body):
        if token.kind is Kind.WORD and token.value == "truncate" and before in _STARTS:
            return True
        before = token.value if token.kind in (Kind.WORD, Kind.MARK) else "?"
    return False


class TruncateInRoutine(Rule):
    """Routine that truncates tables.

    ## What it finds
    SQL and PL/pgSQL routines with a TRUNCATE statement of their own. Statements put together as text (EXECUTE) are
    not looked into.

    ## Why it matters on Aurora
    DMS does not carry TRUNCATE of a PostgreSQL source: the rows stay on the target, and later inserts of the same
    keys collide with them.

    ## What to do
    Do not call it while the task runs; or let it DELETE until the cutover; or reload the table after it ran.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG110"
    slug = "truncate-in-routine"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    bad = (
        (
            "CREATE TABLE cart (id int PRIMARY KEY); "
            "CREATE FUNCTION empty() RETURNS void LANGUAGE plpgsql AS $$ BEGIN TRUNCATE cart; END $$;"
        ),
    )
    good = (
        (
            "CREATE TABLE cart (id int PRIMARY KEY); "
            "CREATE FUNCTION empty() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM cart; END $$;"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            if routine.language in ("sql", "plpgsql") and _truncates(routine.body):
                yield self.finding(
                    routine.ref,
                    "has a TRUNCATE statement, which DMS does not carry",
                    remedy="Keep it from running while the task runs, or let it use DELETE until the cutover.",
                )
