from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule

_LIMIT = 128 << 40


def _catalog(tebibytes: int) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, bytes=tebibytes << 40)


class DataOverVolumeLimit(Rule):
    """Data that no Aurora volume holds.

    ## What it finds
    Tables and indexes of more than 128 TiB together.

    ## Why it matters on Aurora
    A cluster volume ends there.

    ## What to do
    Archive or split before the migration.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html
    """

    code = "MY802"
    slug = "data-over-volume-limit"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html"
    engines = MYSQL_FAMILY
    needs = ("bytes",)
    bad = (LiveExample(lambda: _catalog(200), because="a dump tells no sizes"),)
    good = (LiveExample(lambda: _catalog(20), because="a dump tells no sizes"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        if catalog.bytes is not None and catalog.bytes > _LIMIT:
            yield self.finding(
                ObjectRef("server", "size"),
                f"is {catalog.bytes >> 40} TiB, an Aurora volume holds {_LIMIT >> 40}",
                remedy="Archive or split before the migration.",
            )
