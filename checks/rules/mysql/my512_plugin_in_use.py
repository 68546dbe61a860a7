from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_columns import some
from checks.mysql_settings import BECAUSE
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState


def _catalog(plugins: tuple[str, ...]) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, state=ServerState(plugins=plugins))


class PluginInUse(Rule):
    """Plugin that the server has loaded.

    ## What it finds
    Active plugins that are no part of the server itself; one finding for all.

    ## Why it matters on Aurora
    Aurora loads none: audit, password checks, rewriting and semi-synchronous replication are done there by features
    of its own, or not at all.

    ## What to do
    See what each is for, and what takes its place.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Auditing.html
    """

    code = "MY512"
    slug = "plugin-in-use"
    severity = Severity.NOTICE
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Auditing.html"
    engines = MYSQL_FAMILY
    needs = ("state.plugins",)
    bad = (LiveExample(lambda: _catalog(("audit_log",)), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(()), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        plugins = (catalog.state.plugins if catalog.state else None) or ()
        if plugins:
            yield self.finding(
                ObjectRef("server", "plugins"),
                f"are loaded from libraries: {some(plugins)}",
                remedy="See what each is for, and what takes its place on Aurora.",
            )
