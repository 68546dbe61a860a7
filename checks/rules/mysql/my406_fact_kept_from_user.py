from __future__ import annotations

import re
from collections.abc import Iterable

from checks.closed_facts import unanswered
from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_account
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_PRIVILEGE = {
    Engine.MYSQL: re.compile(r"\(no (?P<name>[A-Z_ ]+)(?: on (?P<on>[^,)]+))?[,)]"),
    Engine.MARIADB: re.compile(r"(?:\(no|, on MariaDB) (?P<name>[A-Z_ ]+)(?: on (?P<on>[^)]+))?\)"),
}
_BECAUSE = "a user lacks privileges on a live server alone"


def _catalog(unknown: tuple[str, ...]) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, unknown=unknown)


class FactKeptFromUser(Rule):
    """Fact that the user may not read.

    ## What it finds
    What a live server did not tell, for want of a privilege (a warning) or because this server has no view of it (a
    notice), with the rules that have no answer because of it.

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
            grant = _grant(fact, catalog)
            yield self.finding(
                where,
                f"does not tell {fact}: no answer from {unanswered(fact, 'MY')}",
                remedy=f"{remedy} that is named and assess again, or look by hand.",
                sql=grant,
                severity=Severity.WARNING if grant else None,
            )


def _grant(fact: str, catalog: Catalog) -> str | None:
    """What would let the user of a live server see it, where a privilege is all that is missing."""
    user = catalog.state.user if catalog.state else None
    missing = _PRIVILEGE[catalog.engine].search(fact)
    if user is None or missing is None:
        return None
    return f"GRANT {missing['name']} ON {missing['on'] or '*.*'} TO {quoted_account(user)};"
