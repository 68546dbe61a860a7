from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin, ReplicationCapacity
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(used: int) -> Catalog:
    capacity = ReplicationCapacity(slots_maximum=10, slots_used=used, senders_maximum=10, senders_used=0)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, replication=capacity)


class NoFreeReplicationSlot(Rule):
    """Source without a free replication slot.

    ## What it finds
    A server whose `max_replication_slots` are all taken.

    ## Why it matters on Aurora
    Each DMS task, and each subscription, takes one replication slot on the source. Without a free one the task fails
    when it starts to capture changes, and a way back needs one more.

    ## What to do
    Drop slots that nobody reads any more (the SQL lists them), or
    raise `max_replication_slots` and restart the server.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG303"
    slug = "no-free-replication-slot"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    needs = ("replication",)
    bad = (LiveExample(lambda: _catalog(10), because="a dump does not tell what is in use"),)
    good = (LiveExample(lambda: _catalog(9), because="a dump does not tell what is in use"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        capacity = catalog.replication
        if capacity is not None and capacity.slots_used >= capacity.slots_maximum:
            yield self.finding(
                ObjectRef("setting", "max_replication_slots"),
                f"is {capacity.slots_maximum}, and {capacity.slots_used} are taken: none is free for the task",
                remedy="Free one of these, or raise max_replication_slots and restart the server.",
                sql="SELECT slot_name, plugin, active, restart_lsn FROM pg_replication_slots ORDER BY slot_name;",
            )
