from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import BinaryLog, ServerState


def _catalog(ignored: tuple[str, ...]) -> Catalog:
    state = ServerState(binary_log=BinaryLog(enabled=True, ignored_schemas=ignored))
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, schemas=("shop",), state=state)


class DatabaseNotLogged(Rule):
    """Database that the binary log leaves out.

    ## What it finds
    Databases that --binlog-do-db or --binlog-ignore-db keeps out of the log.

    ## Why it matters on Aurora
    None of their changes is captured, and nothing says so.

    ## What to do
    Take the filter away and restart.

    ## References
    unsourced: inferred from what SHOW BINARY LOG STATUS tells
    """

    code = "MY312"
    slug = "database-not-logged"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "unsourced: inferred from what SHOW BINARY LOG STATUS tells"
    engines = MYSQL_FAMILY
    needs = ("state.binary_log",)
    bad = (LiveExample(lambda: _catalog(("shop",)), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(()), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        log = catalog.state.binary_log if catalog.state else None
        if log is None:
            return
        for schema in catalog.schemas:
            if schema in log.ignored_schemas or (log.only_schemas and schema not in log.only_schemas):
                yield self.finding(
                    ObjectRef("database", schema),
                    "is kept out of the binary log by a filter of the server",
                    remedy="Take binlog-do-db and binlog-ignore-db out of the configuration and restart.",
                )
