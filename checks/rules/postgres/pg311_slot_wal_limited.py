from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(megabytes: str) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, settings={"max_slot_wal_keep_size": megabytes})


class SlotWalLimited(Rule):
    """Limit on the WAL that a slot may keep.

    ## What it finds
    A `max_slot_wal_keep_size` other than -1.

    ## Why it matters on Aurora
    A slot that lags by more is made invalid, and what it had not sent is gone: the task, stopped or slow for too long,
    needs a new full load. A way back is lost in the same manner.

    ## What to do
    Set it to -1 until the migration is finalized and watch the free disk space, or size it for the longest stop that
    may happen.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG311"
    slug = "slot-wal-limited"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    source_majors = (13, None)
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog("4096"), because="a dump does not hold server settings"),)
    good = (LiveExample(lambda: _catalog("-1"), because="a dump does not hold server settings"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        limit = (catalog.settings or {}).get("max_slot_wal_keep_size", "-1")
        if limit != "-1":
            yield self.finding(
                ObjectRef("setting", "max_slot_wal_keep_size"),
                f"is {limit} MB: a task that lags by more loses its slot and needs a new full load",
                remedy="Lift the limit until the migration is finalized (RDS: parameter group); watch the disk.",
                sql="ALTER SYSTEM SET max_slot_wal_keep_size = -1;",
            )
