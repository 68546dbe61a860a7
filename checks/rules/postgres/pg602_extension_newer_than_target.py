from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import extension_support
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.route import Route, Version
from checks.rule import Rule


class ExtensionNewerThanTarget(Rule):
    """Extension that is newer here than on the target.

    ## What it finds
    Extensions of a live server, and those that a schema file pins with VERSION, whose version is above the one that
    AWS publishes for the target's major version. A dump of pg_dump does not tell versions; for most extensions of 14
    to 16 no version was read.

    ## Why it matters on Aurora
    CREATE EXTENSION makes the older version there: functions and options of the newer one are missing, and with a
    pinned VERSION it fails. Aurora upgrades no extension by itself.

    ## What to do
    Ask the target which version it has, and choose a newer minor version of it, or do without what is new.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html
    """

    code = "PG602"
    slug = "extension-newer-than-target"
    severity = Severity.WARNING
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html"
    )
    not_loadable = "citext 1.7 is not on a plain server"
    bad = ("CREATE EXTENSION citext VERSION '1.7';",)
    good = ("CREATE EXTENSION citext VERSION '1.6';",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for extension in catalog.extensions:
            known = extension_support(extension.name, route.target_version)
            if not known.version or not extension.version or not extension.version[0].isdigit():
                continue
            if Version.parse(extension.version) > Version.parse(known.version):
                literal = extension.name.replace("'", "''")
                yield self.finding(
                    ObjectRef("extension", extension.name, extension.location),
                    f"is {extension.version} here; {known.version} is published for Aurora PostgreSQL"
                    f" {route.target_version.major}",
                    remedy="Ask the target:",
                    sql=f"SELECT name, default_version FROM pg_available_extensions WHERE name = '{literal}';",
                    source=str(known.source),
                )
