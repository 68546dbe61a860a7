from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import bare, columns, last_part
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class RasterWithoutExtension(Rule):
    """Raster columns of a PostGIS older than 3.

    ## What it finds
    Columns of type raster where the extension postgis_raster is not installed: before PostGIS 3 the type was part of
    postgis itself.

    ## Why it matters on Aurora
    Aurora has PostGIS 3: CREATE EXTENSION postgis makes no raster there, and the schema copy ends at the first such
    column.

    ## What to do
    Make postgis_raster on the target before the schema is copied, or upgrade PostGIS on the source first.

    ## References
    https://postgis.net/docs/PostGIS_Extensions_Upgrade.html
    """

    code = "PG610"
    slug = "raster-without-extension"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = "https://postgis.net/docs/PostGIS_Extensions_Upgrade.html"
    not_loadable = "PostGIS is not part of a plain server"
    bad = ("CREATE TABLE map (id int PRIMARY KEY, tile raster);",)
    good = ("CREATE TABLE map (id int PRIMARY KEY, tile bytea);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        extensions = {extension.name: extension for extension in catalog.extensions}
        own = {last_part(other.name) for other in catalog.others if other.kind in ("type", "domain")}
        found = [ref for _, column, ref in columns(catalog) if last_part(bare(column.type)) == "raster"]
        if found and "postgis_raster" not in extensions and "raster" not in own:
            names = [ref.name for ref in found]
            named = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            place = extensions["postgis"].location if "postgis" in extensions else found[0].location
            yield self.finding(
                ObjectRef("extension", "postgis", place),
                f"holds the type raster here ({named}); on Aurora that is an extension of its own",
                remedy="On the target, before the schema is copied:",
                sql="CREATE EXTENSION IF NOT EXISTS postgis_raster CASCADE;",
            )
