from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Origin, SchemaObject
from checks.finding import Finding, Severity
from checks.route import MYSQL_FAMILY, Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(kind: str) -> Catalog:
    return Catalog(engine=Engine.MYSQL, origin=Origin.LIVE, others=(SchemaObject(kind=kind, name="levenshtein"),))


class LoadableFunction(Rule):
    """Function from a shared library.

    ## What it finds
    Functions that were made with SONAME.

    ## Why it matters on Aurora
    Aurora has no file system to put a library on; they do not exist there.

    ## What to do
    Write it as a stored function or in the application, or call Lambda.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.ExtMySQL.html
    """

    code = "MY504"
    slug = "loadable-function"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Migrating.ExtMySQL.html"
    engines = MYSQL_FAMILY
    bad = (LiveExample(lambda: _catalog("loadable function"), because="no server here has the library"),)
    good = (LiveExample(lambda: _catalog("server"), because="no server here has the library"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for one in catalog.others:
            if one.kind == "loadable function":
                yield self.finding(
                    one.ref,
                    "comes from a shared library, which Aurora cannot load",
                    remedy="Write it as a stored function or in the application.",
                )
