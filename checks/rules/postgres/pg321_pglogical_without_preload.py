from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, Extension, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.route import Engine, Route
from checks.rule import LiveExample, Rule


def _catalog(libraries: str) -> Catalog:
    return Catalog(
        engine=Engine.POSTGRES,
        origin=Origin.LIVE,
        extensions=(Extension(name="pglogical"),),
        settings={"shared_preload_libraries": libraries},
    )


class PglogicalWithoutPreload(Rule):
    """Extension pglogical without its library.

    ## What it finds
    A database with the extension pglogical on a server that does not load its library at start.

    ## Why it matters on Aurora
    DMS takes pglogical where it finds the extension, unless it is told otherwise, and fails: the plugin does nothing
    without the library.

    ## What to do
    Let DMS decode with test_decoding (endpoint setting PluginName, as this toolkit sets it), or preload the library and
    restart. Drop the extension if nobody needs it.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    """

    code = "PG321"
    slug = "pglogical-without-preload"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    needs = ("settings.shared_preload_libraries",)
    bad = (LiveExample(lambda: _catalog("pg_cron"), because="a dump does not hold server settings"),)
    good = (LiveExample(lambda: _catalog("pg_cron, pglogical"), because="a dump does not hold server settings"),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        libraries = (catalog.settings or {}).get("shared_preload_libraries")
        installed = any(extension.name == "pglogical" for extension in catalog.extensions)
        if installed and libraries is not None and "pglogical" not in libraries:
            yield self.finding(
                ObjectRef("setting", "shared_preload_libraries"),
                "does not have pglogical, whose extension is installed here: DMS would choose it and fail",
                remedy="Decode with test_decoding, or drop the extension if nobody needs it.",
                sql="DROP EXTENSION pglogical;",
            )
