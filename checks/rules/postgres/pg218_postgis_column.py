from __future__ import annotations

from collections.abc import Iterable

from checks.column_types import columns, last_part
from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule

_CARRIED = ("geometry", "geography")
_NOT_NAMED = ("raster", "topogeometry")


class PostgisColumn(Rule):
    """Column of a PostGIS type.

    ## What it finds
    Columns of geometry, geography, raster and topogeometry.

    ## Why it matters on Aurora
    DMS carries geometry and geography between PostgreSQL databases, and only if the target has PostGIS before the
    task begins. Of raster and topology its guide says nothing.

    ## What to do
    Make PostGIS on the target first, of the same version or a newer one, and copy raster and topology natively.

    ## References
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
    https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.AssessmentReport.PG.html
    """

    code = "PG218"
    slug = "postgis-column"
    severity = Severity.WARNING
    source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html"
    methods = ("dms",)
    not_loadable = "PostGIS is not part of a plain server"
    bad = ("CREATE TABLE town (id int PRIMARY KEY, place public.geometry(Point, 4326));",)
    good = ("CREATE TABLE town (id int PRIMARY KEY, place point);",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for _, column, ref in columns(catalog):
            name = last_part(column.type)
            if name in _CARRIED or name in _NOT_NAMED:
                carried = name in _CARRIED
                yield self.finding(
                    ref,
                    f"is {column.type}: DMS carries it where the target has PostGIS beforehand"
                    if carried
                    else f"is {column.type}, which DMS's guide does not name",
                    remedy="Make PostGIS on the target before the task." if carried else "Copy it natively.",
                    sql="CREATE EXTENSION IF NOT EXISTS postgis;" if carried else None,
                    severity=Severity.NOTICE if carried else Severity.WARNING,
                )
