from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule

_TIB = 1024**4
_LIMIT = 128 * _TIB
_NEAR = 0.8


def _catalog(size: int) -> Catalog:
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, database="shop", bytes=size)


class DatabaseOverVolumeLimit(Rule):
    """Database that is larger than a cluster volume may be.

    ## What it finds
    A database of more than 80 % of 128 TiB, the largest cluster volume on the page that was read (2023). AWS is said
    to have raised it for newer versions, so it is a warning.

    ## Why it matters on Aurora
    A volume that is full takes no more rows; the load stops near its end. Other databases of the cluster, indexes and
    dead rows take their part of it.

    ## What to do
    Ask the current page for your target version. Split the data over clusters, or leave old data behind.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html
    """

    code = "PG803"
    slug = "database-over-volume-limit"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html"
    needs = ("bytes",)
    bad = (LiveExample(lambda: _catalog(130 * _TIB), because="a dump does not tell sizes"),)
    good = (LiveExample(lambda: _catalog(30 * _TIB), because="a dump does not tell sizes"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if catalog.bytes is not None and catalog.bytes > _NEAR * _LIMIT:
            yield self.finding(
                ObjectRef("database", catalog.database or ""),
                f"has {catalog.bytes / _TIB:.0f} TiB; a cluster volume was read to hold 128 TiB",
                remedy="Ask the current page of limits for your target version; split the data if it says no.",
            )
