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


class SourceNewerThanTarget(Rule):
    """Source of a newer series than the target.

    ## What it finds
    MySQL sources of a newer series than the target is made of.

    ## Why it matters on Aurora
    The schema and the application may use what the older series does not have; and a way back to the source is the
    only native direction.

    ## What to do
    Rehearse with the schema and the application; choose a newer target where something is missing.

    ## References
    https://dev.mysql.com/doc/refman/9.5/en/replication-compatibility.html
    """

    code = "MY807"
    slug = "source-newer-than-target"
    severity = Severity.NOTICE
    source = "https://dev.mysql.com/doc/refman/9.5/en/replication-compatibility.html"
    engines = (Engine.MYSQL,)
    methods = ("dms",)
    bad = (LiveExample(lambda: _catalog("8.4.6"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("8.0.39"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        version = catalog.version or route.source_version
        made_of = community_version(route.target_version)
        if version is not None and version.parts[:2] > made_of.parts[:2]:
            yield self.finding(
                ObjectRef("server", f"MySQL {version}"),
                f"is newer than the target, MySQL {made_of}: the schema may use what that does not have",
                remedy="Rehearse the whole schema, or choose a newer target.",
            )
