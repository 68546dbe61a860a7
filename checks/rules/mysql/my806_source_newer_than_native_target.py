from __future__ import annotations

from collections.abc import Iterable

from checks.aurora_mysql import community_version
from checks.facts import Catalog, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route, Version
from checks.rule import LiveExample, Rule

_BECAUSE = "the server's version decides"


def _catalog(version: str) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, version=Version.parse(version))


class SourceNewerThanNativeTarget(Rule):
    """Source that is too new to replicate natively.

    ## What it finds
    MySQL sources of a newer series than the target is made of, where the method is native replication.

    ## Why it matters on Aurora
    MySQL replicates from an older series to a newer one, not the other way round: the target may not understand an
    event.

    ## What to do
    Choose a target of the source's series or a newer one, or migrate with DMS.

    ## References
    https://dev.mysql.com/doc/refman/9.5/en/replication-compatibility.html
    """

    code = "MY806"
    slug = "source-newer-than-native-target"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://dev.mysql.com/doc/refman/9.5/en/replication-compatibility.html"
    engines = (Engine.MYSQL,)
    methods = ("native",)
    bad = (LiveExample(lambda: _catalog("8.4.6"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("8.0.39"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        version = catalog.version or route.source_version
        made_of = community_version(route.target_version)
        if version is not None and version.parts[:2] > made_of.parts[:2]:
            yield self.finding(
                ObjectRef("server", f"MySQL {version}"),
                f"is newer than the target, MySQL {made_of}: its log may not be understood there",
                remedy="Choose a newer target, or migrate with DMS.",
            )
