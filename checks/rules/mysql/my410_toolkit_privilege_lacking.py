from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_account
from checks.mysql_settings import BECAUSE
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState

_NEEDED = ("CREATE USER", "PROCESS")


def _catalog(privileges: tuple[str, ...]) -> Catalog:
    state = ServerState(user="mig_admin@%", privileges=privileges)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, accounts=(), state=state)


class ToolkitPrivilegeLacking(Rule):
    """User who may not make, lock or see accounts.

    ## What it finds
    A user of the toolkit without CREATE USER or PROCESS, or who may not read the accounts (SELECT on mysql.*).

    ## Why it matters on Aurora
    The toolkit makes logins for DMS, locks those of applications at the cutover and waits until their sessions are
    gone: it would find out in the middle that it may not.

    ## What to do
    Grant what is named to the user of the toolkit, and assess again.

    ## References
    https://dev.mysql.com/doc/refman/8.0/en/privileges-provided.html
    """

    code = "MY410"
    slug = "toolkit-privilege-lacking"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://dev.mysql.com/doc/refman/8.0/en/privileges-provided.html"
    engines = MYSQL_FAMILY
    needs = ("state",)
    bad = (LiveExample(lambda: _catalog(("SELECT",)), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(("CREATE USER", "PROCESS")), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        state = catalog.state
        if state is None or state.privileges is None or state.user is None:
            return
        held = set(state.privileges)
        lacking = [] if "ALL PRIVILEGES" in held else [name for name in _NEEDED if name not in held]
        wanted = [f"{', '.join(lacking)} ON *.*"] if lacking else []
        if catalog.accounts is None:
            lacking, wanted = [*lacking, "SELECT on mysql.*"], [*wanted, "SELECT ON mysql.*"]
        if lacking:
            yield self.finding(
                ObjectRef("account", state.user),
                f"lacks {' and '.join(lacking)}: accounts cannot be made, locked or watched",
                remedy="Grant it to this user.",
                sql=" ".join(f"GRANT {what} TO {quoted_account(state.user)};" for what in wanted),
            )
