from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.route import Route
from checks.rule import Rule


class UserMapping(Rule):
    """User mapping, which holds a password.

    ## What it finds
    User mappings of foreign servers.

    ## Why it matters on Aurora
    Its password is in clear in a dump that a superuser made, and missing in one that another role made. Reports of
    this toolkit leave it out.

    ## What to do
    Make the mapping anew on the target with a password of its own, and treat dumps of the source as secrets.

    ## References
    https://www.postgresql.org/docs/current/sql-createusermapping.html
    """

    code = "PG132"
    slug = "user-mapping"
    severity = Severity.WARNING
    source = "unsourced: tried with pg_dump 15 and 17 as a superuser"
    bad = (
        (
            "CREATE FOREIGN DATA WRAPPER remote; CREATE SERVER shop FOREIGN DATA WRAPPER remote; "
            "CREATE USER MAPPING FOR public SERVER shop;"
        ),
    )
    good = ("CREATE FOREIGN DATA WRAPPER remote; CREATE SERVER shop FOREIGN DATA WRAPPER remote;",)

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for other in catalog.others:
            if other.kind == "user mapping":
                yield self.finding(
                    other.ref,
                    "may hold a password, which a superuser's dump shows in clear and any other leaves out",
                    remedy="Make it anew on the target with a password of its own; guard dumps as secrets.",
                )
