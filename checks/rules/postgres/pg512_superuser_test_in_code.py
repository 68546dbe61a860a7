from __future__ import annotations

from collections.abc import Iterable

from checks.ddl.lexer import Kind
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import StoredCode, stored_code
from checks.route import Route
from checks.rule import Rule

_COLUMNS = ("rolsuper", "usesuper")
_SETTING = "is_superuser"


def _asks(code: StoredCode) -> bool:
    for statement in code.statements:
        for at, token in enumerate(statement):
            if token.kind in (Kind.WORD, Kind.QUOTED) and token.value in _COLUMNS:
                return True
            if token.kind is Kind.STRING and token.value == _SETTING and at > 1:
                return statement[at - 2].value == "current_setting"
    return False


class SuperuserTestInCode(Rule):
    """Code that asks whether the user is a superuser.

    ## What it finds
    Routines, views and defaults that read rolsuper, usesuper or current_setting('is_superuser').

    ## Why it matters on Aurora
    The answer is always no there, for the master user too: a bypass for administrators never opens, a check never
    passes. Nothing fails, the code goes the other way.

    ## What to do
    Ask for membership instead: pg_has_role(current_user, 'rds_superuser', 'member').

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html
    """

    code = "PG512"
    slug = "superuser-test-in-code"
    severity = Severity.NOTICE
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
    )
    bad = ("CREATE VIEW chiefs AS SELECT rolname FROM pg_roles WHERE rolsuper;",)
    good = ("CREATE VIEW chiefs AS SELECT rolname FROM pg_roles WHERE rolcreaterole;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for code in stored_code(catalog, (*_COLUMNS, _SETTING)):
            if _asks(code):
                yield self.finding(
                    code.ref,
                    "asks whether a user is a superuser, which nobody is on Aurora",
                    remedy="Ask for membership in rds_superuser, or in a role of your own.",
                )
