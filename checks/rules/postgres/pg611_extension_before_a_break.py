from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import extension_breaks
from checks.facts import Catalog, Extension, ObjectRef, Origin
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Engine, Route, Version
from checks.rule import LiveExample, Rule

_BECAUSE = "pg_dump writes no versions of extensions"


def _catalog(version: str) -> Catalog:
    extensions = (Extension(name="pg_partman", version=version, schema="partman"),)
    return Catalog(engine=Engine.POSTGRES, origin=Origin.LIVE, extensions=extensions)


class ExtensionBeforeABreak(Rule):
    """Extension of a version that newer ones do not carry on.

    ## What it finds
    pg_partman before 5 and h3 before 4, where the version is known.

    ## Why it matters on Aurora
    CREATE EXTENSION makes the version that the target has, which may be beyond the break: calls fail, and rows that
    were copied from the older version's tables do not fit.

    ## What to do
    Ask the target for its version. If it is beyond, upgrade on the source first, where the extension can convert what
    it made, and migrate then.

    ## References
    https://pgxn.org/dist/pg_partman/doc/pg_partman_5.0.1_upgrade.html
    https://github.com/postgis/h3-pg/releases/tag/v4.0.0
    """

    code = "PG611"
    slug = "extension-before-a-break"
    severity = Severity.WARNING
    source = "https://pgxn.org/dist/pg_partman/doc/pg_partman_5.0.1_upgrade.html"
    bad = (LiveExample(lambda: _catalog("4.7.4"), because=_BECAUSE),)
    good = (LiveExample(lambda: _catalog("5.1.0"), because=_BECAUSE),)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for extension in catalog.extensions:
            known = extension_breaks().get(extension.name)
            if known is None or not extension.version or Version.parse(extension.version) >= known.version:
                continue
            yield self.finding(
                ObjectRef("extension", extension.name, extension.location),
                f"is {extension.version} here; from {known.version} on {known.change}",
                remedy="If the target's version is beyond that, upgrade here first:",
                sql=f"ALTER EXTENSION {quoted(extension.name)} UPDATE;",
                source=str(known.source),
            )
