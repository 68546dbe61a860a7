from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_BECAUSE = "a user lacks privileges on a live server alone"


def _catalog(unknown: tuple[str, ...]) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, unknown=unknown)


class FactKeptFromUser(Rule):
    """Fact that the user may not read.

    ## What it finds
    What a live server did not tell, for want of a privilege or because this server has no view of it.

    ## Why it matters on Aurora
    Rules that ask for it say nothing: their silence is no good news.

    ## What to do
    Grant what is missing and assess again; look by hand at what the server does not tell.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/information-schema-introduction.html
    """

    code = "MY406"
    slug = "fact-kept-from-user"
    severity = Severity.NOTICE
    source = "https://dev.mysql.com/doc/refman/8.0/en/information-schema-introduction.html"
    engines = MYSQL_FAMILY
    bad = (LiveExample(lambda: _catalog(("accounts (no SELECT on mysql.*)",)), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(()), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        dumped = catalog.origin is Origin.DUMP
        where = ObjectRef("dump" if dumped else "server", catalog.engine.value)
        remedy = "Dump again with the option" if dumped else "Grant the privilege"
        for fact in catalog.unknown:
            yield self.finding(
                where,
                f"does not tell {fact}",
                remedy=f"{remedy} that is named and assess again, or look by hand.",
            )
