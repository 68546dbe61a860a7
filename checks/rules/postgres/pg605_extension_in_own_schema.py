from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule

_USUAL = frozenset({"public", "pg_catalog"})
_FIXED = frozenset({"postgis_topology", "postgis_tiger_geocoder", "pg_hint_plan", "pg_tle", "apg_plan_mgmt"})


class ExtensionInOwnSchema(Rule):
    """Extension in a schema that is not on everybody's search_path.

    ## What it finds
    Extensions whose schema is neither public nor pg_catalog nor called after them. Those that choose their schema
    themselves are left out.

    ## Why it matters on Aurora
    The schema has to be there before the extension. Sessions find its types, operators and functions by their
    search_path, which is a setting of role or database that no dump carries: without it `=` of citext is that of text,
    and nothing fails.

    ## What to do
    Make the schema first on the target, and give its roles the search_path they have here (PG705 lists them).

    ## References
    https://www.postgresql.org/docs/current/sql-createextension.html
    https://github.com/dimitri/pgcopydb/issues/694
    """

    code = "PG605"
    slug = "extension-in-own-schema"
    severity = Severity.NOTICE
    source = "https://www.postgresql.org/docs/current/sql-createextension.html"
    bad = ("CREATE SCHEMA tools; CREATE EXTENSION citext SCHEMA tools;",)
    good = ("CREATE SCHEMA tools; CREATE EXTENSION citext SCHEMA public;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for extension in catalog.extensions:
            schema = extension.schema
            if schema is None or schema in _USUAL or schema == extension.name or extension.name in _FIXED:
                continue
            yield self.finding(
                ObjectRef("extension", extension.name, extension.location),
                f"is in schema {schema}: the target needs that schema first, and its roles the search_path",
                remedy="On the target, before the extension:",
                sql=f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)};",
            )
