from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ServerState


def _catalog(*, standby: bool) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, state=ServerState(standby=standby))


class SourceIsStandby(Rule):
    """Source that is a standby.

    ## What it finds
    A server in recovery: a hot standby or read replica.

    ## Why it matters on Aurora
    DMS captures no changes from a read replica. Nothing can be written there either: not the marker rows by which this
    toolkit proves that all changes have arrived, nor the objects that DMS makes on the source.

    ## What to do
    Name the primary as the source. A copy that was promoted for a test is no standby any more.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG314"
    slug = "source-is-standby"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    needs = ("state.standby",)
    bad = (LiveExample(lambda: _catalog(standby=True), because="a dump does not tell where it was taken"),)
    good = (LiveExample(lambda: _catalog(standby=False), because="a dump does not tell where it was taken"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if catalog.state is not None and catalog.state.standby:
            yield self.finding(
                ObjectRef("server", "source"),
                "is in recovery: no change can be captured from it, and nothing written to it",
                remedy="Name the primary as the source; where the standby is allowed to know, this tells its address.",
                sql="SELECT sender_host, sender_port FROM pg_stat_wal_receiver;",
            )
