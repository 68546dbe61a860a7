from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_names import quoted_account
from checks.mysql_settings import BECAUSE
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState

_NEEDED = {
    "REPLICATION CLIENT": {"REPLICATION CLIENT", "BINLOG MONITOR"},
    "REPLICATION SLAVE": {"REPLICATION SLAVE", "REPLICATION REPLICA"},
}


def _catalog(privileges: tuple[str, ...]) -> Catalog:
    state = ServerState(user="mig_admin@%", privileges=privileges)
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, state=state)


class ReplicationPrivilegeLacking(Rule):
    """User who may not read the binary log.

    ## What it finds
    A user of the toolkit without REPLICATION CLIENT or REPLICATION SLAVE.

    ## Why it matters on Aurora
    Neither the end of the log nor its events can be read: no changes are captured. The user of the DMS endpoint
    needs the same, and SELECT on every table.

    ## What to do
    Grant both to the users of the toolkit and of DMS.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY405"
    slug = "replication-privilege-lacking"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("state",)
    bad = (LiveExample(lambda: _catalog(("SELECT",)), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(("REPLICATION CLIENT", "REPLICATION SLAVE", "SELECT")), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        state = catalog.state
        if state is None or state.privileges is None or {"SUPER", "ALL PRIVILEGES"} & set(state.privileges):
            return
        lacking = [name for name, spelled in _NEEDED.items() if not spelled & set(state.privileges)]
        if lacking:
            user = state.user or "the user"
            yield self.finding(
                ObjectRef("account", user),
                f"lacks {' and '.join(lacking)}: the binary log is closed to it",
                remedy="Grant them to this user, and to the one of the DMS endpoint.",
                sql=f"GRANT {', '.join(lacking)} ON *.* TO {quoted_account(user)};" if state.user else None,
            )
