from __future__ import annotations

from collections.abc import Iterable

from checks.facts import Catalog
from checks.finding import Finding, Severity
from checks.postgres_code import called
from checks.postgres_names import family
from checks.route import Route
from checks.rule import Rule


class DblinkInCode(Rule):
    """Code that opens connections of its own with dblink.

    ## What it finds
    Routines, views and defaults that call dblink's functions. Who they connect to is not looked into.

    ## Why it matters on Aurora
    A connection to localhost, or to a database of the same server, finds Aurora or nothing. One to the source's own
    name writes to the old side after the cutover. Without a password only a superuser may connect, and the way out of
    the subnets has to be open.

    ## What to do
    Give each connection the endpoint, a user and a password (best by a foreign server with a user mapping), open the
    security groups, and call each once on the target before the cutover.

    ## References
    https://www.postgresql.org/docs/current/contrib-dblink-connect.html
    """

    code = "PG507"
    slug = "dblink-in-code"
    severity = Severity.WARNING
    source = "https://www.postgresql.org/docs/current/contrib-dblink-connect.html"
    bad = (
        (
            "CREATE EXTENSION dblink; CREATE FUNCTION tell() RETURNS text LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN dblink_exec('dbname=log', 'INSERT INTO told VALUES (1)'); END $$;"
        ),
    )
    good = (
        (
            "CREATE EXTENSION dblink; CREATE FUNCTION tell() RETURNS text LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN concat('dbname=log', 'INSERT INTO told VALUES (1)'); END $$;"
        ),
    )

    def find(self, catalog: Catalog, route: Route) -> Iterable[Finding]:
        for ref, names in called(catalog, family("dblink"), builtin=False):
            yield self.finding(
                ref,
                f"connects to another database ({', '.join(names)}), which need not be there on the target",
                remedy="Give it endpoint, user and password, and call it once on the target.",
            )
