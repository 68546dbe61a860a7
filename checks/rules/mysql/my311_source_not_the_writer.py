from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.mysql_settings import BECAUSE, is_on
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState


def _catalog(*, standby: bool) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, settings={}, state=ServerState(standby=standby))


class SourceNotTheWriter(Rule):
    """Source that is not the writer.

    ## What it finds
    Servers that replicate from another one, or are read-only. An Aurora reader (innodb_read_only) is a blocker.

    ## Why it matters on Aurora
    A replica lags, and at the cutover it is the primary that has to be closed to writers. An Aurora reader has no
    binary log of its own.

    ## What to do
    Name the writer as the source.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.MySQL.html
    """

    code = "MY311"
    slug = "source-not-the-writer"
    severity = Severity.WARNING
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html"
    engines = MYSQL_FAMILY
    needs = ("settings", "state")
    bad = (LiveExample(lambda: _catalog(standby=True), because=BECAUSE),)
    good = (LiveExample(lambda: _catalog(standby=False), because=BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if is_on(catalog, "innodb_read_only"):
            yield self.finding(
                ObjectRef("server", "innodb_read_only"),
                "is on: this is a reader, which DMS cannot capture changes from",
                remedy="Name the writer's endpoint as the source.",
                severity=Severity.BLOCKER,
            )
        elif catalog.state and catalog.state.standby:
            yield self.finding(
                ObjectRef("server", "replica"),
                "replicates from another server: that one is written to",
                remedy="Name the primary as the source.",
            )
        elif is_on(catalog, "read_only"):
            yield self.finding(
                ObjectRef("server", "read_only"),
                "is on: this server may not be the one that is written to",
                remedy="See that it is the writer, and name that one as the source.",
            )
