from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(level: str) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, settings={"wal_level": level})


class WalLevelNotLogical(Rule):
    """Source that writes no logical WAL.

    ## What it finds
    A server whose `wal_level` is not `logical`.

    ## Why it matters on Aurora
    Without it no change can be captured, by DMS or by PostgreSQL's own logical replication: only a full load works, and
    the application has to stand for all of it.

    ## What to do
    Set it and restart the server. On RDS and Aurora sources set `rds.logical_replication = 1` in the parameter group
    and reboot.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG302"
    slug = "wal-level-not-logical"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    needs = ("settings",)
    bad = (LiveExample(lambda: _catalog("replica"), because="a dump does not hold server settings"),)
    good = (LiveExample(lambda: _catalog("logical"), because="a dump does not hold server settings"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        level = (catalog.settings or {}).get("wal_level")
        if level is not None and level != "logical":
            yield self.finding(
                ObjectRef("setting", "wal_level"),
                f"is {level}, so changes cannot be captured",
                remedy="Set it and restart the server (RDS: rds.logical_replication = 1 and reboot).",
                sql="ALTER SYSTEM SET wal_level = 'logical';",
            )
