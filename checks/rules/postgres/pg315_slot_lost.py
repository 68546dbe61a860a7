from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ReplicationSlot, ServerState

_BECAUSE = "a dump does not hold replication slots"


def _catalog(status: str) -> Catalog:
    slots = (ReplicationSlot(name="replica_a", status=status),)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, state=ServerState(slots=slots))


class SlotLost(Rule):
    """Replication slot that has lost its WAL, or soon will.

    ## What it finds
    Slots whose `wal_status` is `lost` or `unreserved`.

    ## Why it matters on Aurora
    What a lost slot had not sent cannot be sent any more: whoever reads it, a DMS task too, needs a new full load. It
    still takes one of the slots there are. It also shows that a limit on WAL, or another administrator, takes slots
    away here, and would take the migration's.

    ## What to do
    Drop the lost slot and build its reader anew; look at `max_slot_wal_keep_size` before the load.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG315"
    slug = "slot-lost"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    source_majors = (13, None)
    needs = ("state.slots",)
    bad = (LiveExample(lambda: _catalog("lost"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("reserved"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for slot in (catalog.state.slots if catalog.state else None) or ():
            name = slot.name.replace("'", "''")
            if slot.status == "lost":
                yield self.finding(
                    ObjectRef("replication slot", slot.name),
                    "is lost: its reader needs a new load, and it still takes a slot",
                    remedy="Drop it once its reader is gone.",
                    sql=f"SELECT pg_drop_replication_slot('{name}');",
                )
            elif slot.status == "unreserved":
                yield self.finding(
                    ObjectRef("replication slot", slot.name),
                    "is about to lose its WAL: the next checkpoint may make it invalid",
                    remedy="Lift the limit at once, and let its reader catch up.",
                    sql="ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf();",
                )
