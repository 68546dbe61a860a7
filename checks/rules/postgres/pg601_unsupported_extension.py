from __future__ import annotations

from collections.abc import Iterable

from checks.aurora import ExtensionSupport, Support, extension_support
from checks.facts import Catalog, ObjectRef
from checks.finding import Finding, Severity
from checks.identifiers import quoted
from checks.route import Route
from checks.rule import Rule

_OF_YOUR_OWN = (
    "If it is written in SQL and trusted languages alone, install it through pg_tle (Aurora 14.5 and newer)."
    " Otherwise drop it; without CASCADE the server lists what depends on it:"
)


class UnsupportedExtension(Rule):
    """Extension that Aurora does not offer.

    ## What it finds
    Extensions that are not in the list of the target's major version (blocker), or of which no list was read (warning).
    What is listed is not reported.

    ## Why it matters on Aurora
    CREATE EXTENSION fails, and with it every table, index and function that uses its types and functions. Files cannot
    be installed on the host.

    ## What to do
    Replace it, as the remedy suggests, or drop it with what depends on it. One of your own without C code can become
    a Trusted Language Extension (pg_tle). A list grows stale: on the real target `SELECT name FROM
    pg_available_extensions` decides.

    ## References
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/PostgreSQL_trusted_language_extension.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html
    """

    code = "PG601"
    slug = "unsupported-extension"
    severity = Severity.BLOCKER
    blocks = "replicate"
    source = (
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html"
    )
    not_loadable = "timescaledb is not part of a plain server"
    bad = ("CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA public;",)
    good = ("CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for extension in catalog.extensions:
            known = extension_support(extension.name, route.target_version)
            if known.support in (Support.LISTED, Support.INFERRED):
                continue
            unknown = known.support is Support.UNKNOWN
            literal = extension.name.replace("'", "''")
            yield self.finding(
                ObjectRef("extension", extension.name, extension.location),
                _message(known, str(route.target_version)),
                remedy="Ask the target." if unknown else (known.alternative or _OF_YOUR_OWN),
                sql=f"SELECT name, default_version FROM pg_available_extensions WHERE name = '{literal}';"
                if unknown
                else f"DROP EXTENSION {quoted(extension.name)};",
                severity=Severity.WARNING if unknown else Severity.BLOCKER,
                source=str(known.source),
            )


def _message(known: ExtensionSupport, target: str) -> str:
    match known.support:
        case Support.LATER:
            return f"is offered from Aurora PostgreSQL {known.since} on, not by {target}"
        case Support.UNKNOWN:
            return f"may or may not be offered by Aurora PostgreSQL {target}: no list for it was read"
        case _:
            return f"is not offered by Aurora PostgreSQL {target}"
