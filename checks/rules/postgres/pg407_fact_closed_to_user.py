from __future__ import annotations

from collections.abc import Iterable

from checks.closed_facts import postgres_grant, unanswered
from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState

_OFTEN_CLOSED = ("settings of configuration files",)
"""Open to a superuser alone, unless somebody grants it: no fault of the login that was made for this."""
_BECAUSE = "a login lacks privileges on a live server alone"


def _catalog(unknown: tuple[str, ...]) -> Catalog:
    return Catalog(
        engine=Engine.POSTGRES, origin=Origin.LIVE, unknown=unknown, state=ServerState(user="assessor", standby=False)
    )


class FactClosedToUser(Rule):
    """Fact that the server keeps from this login.

    ## What it finds
    What a live server did not tell for want of a privilege, with the rules that have no answer because of it.

    ## Why it matters on Aurora
    The silence of those rules is no good news: what they look for may be there, and then it is found in the middle of
    the migration.

    ## What to do
    Grant what is named, and assess again. `pg_monitor` opens most of it: sessions, settings and statistics. What only a
    superuser may read, look at by hand.

    ## References
    https://www.postgresql.org/docs/current/predefined-roles.html
    """

    code = "PG407"
    slug = "fact-closed-to-user"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/predefined-roles.html"
    bad = (LiveExample(lambda: _catalog(("open transactions (no pg_read_all_stats)",)), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(()), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for fact in catalog.unknown:
            grant = postgres_grant(fact, catalog.state.user if catalog.state else None)
            yield self.finding(
                ObjectRef("server", catalog.engine.value),
                f"does not tell this login {fact}: no answer from {unanswered(fact, 'PG')}",
                remedy="Let an administrator grant it and assess again, or look by hand."
                if grant
                else "Look by hand, or assess as somebody who may.",
                sql=grant,
                severity=Severity.NOTICE if fact.startswith(_OFTEN_CLOSED) else None,
            )
