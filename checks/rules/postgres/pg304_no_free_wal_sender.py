from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin, ReplicationCapacity
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(used: int) -> Catalog:
    capacity = ReplicationCapacity(slots_maximum=10, slots_used=0, senders_maximum=10, senders_used=used)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, replication=capacity)


class NoFreeWalSender(Rule):
    """Source without a free WAL sender.

    ## What it finds
    A server whose `max_wal_senders` are all taken.

    ## Why it matters on Aurora
    Each DMS task, and each subscription, takes one WAL sender on the source. Without a free one the task fails when it
    starts to capture changes, and a way back needs one more.

    ## What to do
    End senders that are not needed (the SQL lists them), or
    raise `max_wal_senders` and restart the server.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG304"
    slug = "no-free-wal-sender"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    needs = ("replication",)
    bad = (LiveExample(lambda: _catalog(10), because="a dump does not tell what is in use"),)
    good = (LiveExample(lambda: _catalog(9), because="a dump does not tell what is in use"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        capacity = catalog.replication
        if capacity is not None and capacity.senders_used >= capacity.senders_maximum:
            yield self.finding(
                ObjectRef("setting", "max_wal_senders"),
                f"is {capacity.senders_maximum}, and {capacity.senders_used} are taken: none is free for the task",
                remedy="Free one of these, or raise max_wal_senders and restart the server.",
                sql="SELECT pid, usename, application_name, client_addr, state FROM pg_stat_replication ORDER BY pid;",
            )
