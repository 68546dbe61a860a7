from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Origin, Routine
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(language: str) -> Catalog:
    routine = Routine(schema="shop", name="slug", language=language)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, routines=(routine,))


class CodeInJavascript(Rule):
    """Routine in another language than SQL.

    ## What it finds
    Routines in JavaScript or another language.

    ## Why it matters on Aurora
    Aurora MySQL has SQL alone.

    ## What to do
    Write it in SQL or in the application.

    ## References
    https://dev.mysql.com/doc/refman/9.0/en/srjs.html
    """

    code = "MY511"
    slug = "code-in-javascript"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://dev.mysql.com/doc/refman/9.0/en/srjs.html"
    engines = (Engine.MYSQL,)
    bad = (LiveExample(lambda: _catalog("javascript"), because="the free server has no other language"),)
    good = (LiveExample(lambda: _catalog("sql"), because="the free server has no other language"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for routine in catalog.routines:
            if routine.language.lower() != "sql":
                yield self.finding(
                    routine.ref,
                    f"is written in {routine.language}, which Aurora does not have",
                    remedy="Write it in SQL, or in the application.",
                )
