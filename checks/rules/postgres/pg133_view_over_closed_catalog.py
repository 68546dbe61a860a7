from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind, tokens
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_CLOSED = frozenset(
    {"pg_authid", "pg_shadow", "pg_hba_file_rules", "pg_file_settings", "pg_statistic", "pg_largeobject"}
)


class ViewOverClosedCatalog(Rule):
    """View over what only a superuser reads.

    ## What it finds
    Views that read pg_authid, pg_shadow, pg_hba_file_rules, pg_file_settings, pg_statistic or pg_largeobject.

    ## Why it matters on Aurora
    The view is made on the target without complaint and fails when it is read: nobody there may read these.

    ## What to do
    Read pg_roles and pg_stats instead, and settings from the parameter group.

    ## References
    https://github.com/xataio/pgstream/blob/main/docs/aws.md
    """

    code = "PG133"
    slug = "view-over-closed-catalog"
    severity = Severity.WARNING
    source = "https://github.com/xataio/pgstream/blob/main/docs/aws.md"
    bad = ("CREATE VIEW logins AS SELECT rolname FROM pg_authid;",)
    good = ("CREATE VIEW logins AS SELECT rolname FROM pg_roles;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for view in catalog.views:
            words = {token.value for token in tokens(view.definition) if token.kind is Kind.WORD}
            closed = sorted(words & _CLOSED)
            if closed:
                yield self.finding(
                    view.ref,
                    f"reads {', '.join(closed)}, which nobody may read on Aurora",
                    remedy="Let it read pg_roles or pg_stats, or leave it out.",
                )
