from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, is_on
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState


def _catalog(logged: str) -> Catalog:
    return Catalog(
        engine=Engine.MYSQL,
        origin=Origin.LIVE,
        settings={"log_replica_updates": logged},
        state=ServerState(standby=True),
    )


class ReplicaThatLogsNothing(Rule):
    """Replica whose log lacks what it replicates.

    ## What it finds
    Servers that replicate from another one and have log_replica_updates (log_slave_updates) off.

    ## Why it matters on Aurora
    What arrives by replication is not in their own binary log: the task sees none of it.

    ## What to do
    Turn it on, which needs a restart, or read from the primary.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY310"
    slug = "replica-that-logs-nothing"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings", "state")
    bad = (LiveExample(lambda: _catalog("OFF"), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog("ON"), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        standby = catalog.state.standby if catalog.state else None
        if standby and is_on(catalog, "log_replica_updates", "log_slave_updates") is False:
            yield self.finding(
                ObjectRef("server", "log_replica_updates"),
                "is off on a replica: the changes of its source are not in its log",
                remedy="Turn it on and restart, or name the primary as the source.",
            )
