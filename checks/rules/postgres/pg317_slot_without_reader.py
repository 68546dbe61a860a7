from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule
from checks.server_facts import ReplicationSlot, ServerState

_OURS = "am_"
_LARGE = 1024**3
_BECAUSE = "a dump does not hold replication slots"


def _catalog(*, active: bool) -> Catalog:
    slots = (ReplicationSlot(name="old_task", active=active, status="extended", retained=90 * _LARGE),)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, state=ServerState(slots=slots))


class SlotWithoutReader(Rule):
    """Replication slot that nobody reads and that keeps much WAL.

    ## What it finds
    Slots without a connected reader that keep more than 1 GiB of WAL. Lost ones are told by PG315; those that this
    toolkit makes (am_…) are left out.

    ## Why it matters on Aurora
    DMS leaves its slot behind when its task is gone. The server keeps all WAL from there on until its disk is full, and
    a migration writes more of it than usual; the slot also keeps VACUUM from removing dead rows of the catalogs.

    ## What to do
    Find out whose it is. Drop it when its reader will not come back; a stopped DMS task still needs its slot.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://repost.aws/knowledge-center/dms-high-storage-consumption-postgresql
    """

    code = "PG317"
    slug = "slot-without-reader"
    severity = Severity.WARNING
    source = "https://repost.aws/knowledge-center/dms-high-storage-consumption-postgresql"
    needs = ("state.slots",)
    bad = (LiveExample(lambda: _catalog(active=False), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog(active=True), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for slot in (catalog.state.slots if catalog.state else None) or ():
            if slot.active or slot.status == "lost" or slot.name.startswith(_OURS) or (slot.retained or 0) < _LARGE:
                continue
            name = slot.name.replace("'", "''")
            yield self.finding(
                ObjectRef("replication slot", slot.name),
                f"has no reader and keeps {(slot.retained or 0) / _LARGE:.0f} GiB of WAL",
                remedy="Drop it when its reader will not come back.",
                sql=f"SELECT pg_drop_replication_slot('{name}');",
            )
