from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import extension_rows
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule


class ExtensionWithRows(Rule):
    """Extension that keeps rows of yours.

    ## What it finds
    pg_partman, pg_hint_plan, pg_tle, postgis_topology (warnings), PostGIS and its geocoder (notices): extensions with
    tables of their own for the user's configuration. Schedulers are PG323's.

    ## Why it matters on Aurora
    The tables come with CREATE EXTENSION, without the rows: a schema dump leaves them out, and no mapping of the
    user's schemas selects them. Nothing fails at the cutover; pg_partman just makes no more partitions.

    ## What to do
    Copy the rows by hand before the cutover, with the extension in the same version on both sides, and keep these
    tables out of the task.

    ## References
    https://www.postgresql.org/docs/current/extend-extensions.html
    """

    code = "PG606"
    slug = "extension-with-rows"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/extend-extensions.html"
    not_loadable = "pg_partman is not part of a plain server"
    bad = ("CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman;",)
    good = ("CREATE SCHEMA partman; CREATE EXTENSION pgstattuple SCHEMA partman;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for extension in catalog.extensions:
            kept = extension_rows().get(extension.name)
            if kept is None:
                continue
            schema = kept.schema or extension.schema or ""
            names = [f"{quoted(schema)}.{quoted(table)}" if schema else quoted(table) for table in kept.tables]
            where = f" WHERE {kept.condition}" if kept.condition else ""
            yield self.finding(
                ObjectRef("extension", extension.name, extension.location),
                f"keeps rows in {', '.join(kept.tables)}, which nothing carries: without them {kept.loss}",
                remedy="See which rows are yours, and copy them by hand:",
                sql=" ".join(f"SELECT * FROM {name}{where};" for name in names),
                severity=Severity.WARNING if kept.grave else Severity.NOTICE,
                source=str(kept.source),
            )
